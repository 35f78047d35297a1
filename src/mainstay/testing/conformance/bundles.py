"""What the suites are run on: an object with the ports that each is about."""

from __future__ import annotations

from typing import Protocol

from mainstay.ports import EngagementStore, ReputationStore, RunLog, SessionStore

__all__ = ["HasEngagements", "HasReputations", "HasRuns", "HasSessions"]


class HasSessions(Protocol):
    """Has a session store, empty at first."""

    @property
    def sessions(self) -> SessionStore:
        """Where sessions are added."""
        ...


class HasEngagements(HasSessions, Protocol):
    """Has an engagement store over the sessions that are added; posts are of the kind ``post``."""

    @property
    def engagements(self) -> EngagementStore:
        """Everybody's days."""
        ...


class HasReputations(HasSessions, Protocol):
    """Has a reputation store over the sessions that are added."""

    @property
    def reputations(self) -> ReputationStore:
        """Everybody's weeks."""
        ...


class HasRuns(Protocol):
    """Has a log of runs, empty at first."""

    @property
    def runs(self) -> RunLog:
        """Where runs are kept."""
        ...
