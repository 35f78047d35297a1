"""The bundle of all ports: what jobs, the command and the conformance suites are given."""

from __future__ import annotations

from typing import Protocol

from mainstay.ports.engagements import EngagementStore
from mainstay.ports.outbox import Outbox
from mainstay.ports.reputations import ReputationStore
from mainstay.ports.runs import RunLog
from mainstay.ports.sessions import SessionStore

__all__ = ["HasEngagements", "HasOutbox", "HasReputations", "HasRuns", "HasSessions", "Store"]


class HasSessions(Protocol):
    """Has what users did."""

    @property
    def sessions(self) -> SessionStore:
        """What users did."""
        ...


class HasEngagements(HasSessions, Protocol):
    """Has everybody's days, over the sessions that are added."""

    @property
    def engagements(self) -> EngagementStore:
        """Everybody's days."""
        ...


class HasReputations(HasSessions, Protocol):
    """Has everybody's weeks, over the sessions that are added."""

    @property
    def reputations(self) -> ReputationStore:
        """Everybody's weeks."""
        ...


class HasRuns(Protocol):
    """Has the log of runs."""

    @property
    def runs(self) -> RunLog:
        """Which jobs ran when."""
        ...


class HasOutbox(Protocol):
    """Has what is to be done outside."""

    @property
    def outbox(self) -> Outbox:
        """What is to be done outside."""
        ...


class Store(HasEngagements, HasReputations, HasRuns, HasOutbox, Protocol):
    """All ports, over one place where things are kept."""
