"""Rewards in the outbox: what an entry says of one, and how it is kept."""

from __future__ import annotations

import secrets
from datetime import datetime

from mainstay import _checks as checks
from mainstay.contest import Reward, reward_payload
from mainstay.errors import InvalidTypeError
from mainstay.ports.outbox import OutboxEntry
from mainstay.scheduling import PlainData

__all__ = [
    "REWARD",
    "new_reward",
    "published_of",
    "reward_contents",
    "reward_of",
    "reward_range",
    "reward_result",
]

#: The kind of the entries.
REWARD = "reward"
_RANDOM_BYTES = 16


def reward_range(case_id: str, *, after: str | None = None) -> tuple[str, str]:
    """Return between which keys the rewards of a case are, both excluded.

    All of its keys are as long as the second; others between them are of other cases.

    Args:
        case_id: Of which case.
        after: The id of the reward after which they begin.
    """
    prefix = f"reward:{case_id}:"
    return f"{prefix}{after or ''}", f"{prefix}{'g' * 2 * _RANDOM_BYTES}"


def reward_contents(case_id: str, amount: int) -> tuple[str, dict[str, object]]:
    """Return a key and a payload for the entry of a reward; its id and a nonce are random."""
    random = secrets.token_hex(2 * _RANDOM_BYTES)  # at once: asking for it takes time
    reward_id, nonce = random[: 2 * _RANDOM_BYTES], random[2 * _RANDOM_BYTES :]
    payload: dict[str, object] = {"case_id": case_id, "amount": amount, "nonce": nonce}
    return f"reward:{case_id}:{reward_id}", payload


def new_reward(case_id: str, user_id: str, amount: int, *, at: datetime) -> OutboxEntry:
    """Return the entry of a reward that is to be paid.

    Its id, under which it is submitted to a ledger, and a nonce are random. Whose it is stands in
    the entry alone.

    Examples:
        >>> from datetime import UTC
        >>> entry = new_reward("case-7", "ada", 400, at=datetime(2024, 5, 1, tzinfo=UTC))
        >>> entry.key.startswith("reward:case-7:"), reward_of(entry).amount
        (True, 400)
    """
    key, payload = reward_contents(case_id, amount)
    return OutboxEntry(key=key, kind=REWARD, user_id=user_id, payload=PlainData(payload), due_at=at)


def reward_of(entry: OutboxEntry) -> Reward:
    """Return the reward that an entry is about, as far as it has come.

    Raises:
        InvalidValueError: The entry is not about a reward, or what it holds can't be.
    """
    known = PlainData() if entry.result is None else entry.result
    return Reward(
        id=entry.key.rpartition(":")[2],
        user_id=checks.text("user_id", entry.user_id),
        case_id=_text(entry.payload, "case_id"),
        amount=checks.integer("amount", entry.payload.get("amount"), 1),
        state=checks.text("state", known.get("state", "queued")),
        submitted_at=_instant(known, "submitted_at"),
        last_seen=_instant(known, "last_seen"),
        misses=[_at("misses", each) for each in _array(known, "misses")],
        round=checks.count("round", known.get("round", 0)),
    )


def published_of(entry: OutboxEntry) -> tuple[str, str]:
    """Return the key and the payload with which a reward is published; whose it is, is not asked.

    Raises:
        InvalidValueError: The entry is not about a reward, or what it holds can't be.
    """
    reward_id = entry.key.rpartition(":")[2]
    amount = checks.integer("amount", entry.payload.get("amount"), 1)
    return reward_id, reward_payload(reward_id, amount, _text(entry.payload, "nonce"))


def reward_result(reward: Reward, transaction: str) -> PlainData:
    """Return what an entry keeps of how far a reward has come.

    Args:
        reward: The reward, submitted.
        transaction: What the ledger calls its transaction.
    """
    return PlainData(
        {
            "state": reward.state.value,
            "transaction": transaction,
            "submitted_at": _written(reward.submitted_at),
            "last_seen": _written(reward.last_seen),
            "misses": [_written(at) for at in reward.misses],
            "round": reward.round,
        }
    )


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _text(data: PlainData, name: str) -> str:
    return checks.text(name, data.get(name))


def _instant(data: PlainData, name: str) -> datetime | None:
    value = data.get(name)
    return None if value is None else _at(name, value)


def _at(field: str, value: object) -> datetime:
    try:
        return datetime.fromisoformat(checks.text(field, value))
    except ValueError as error:
        raise InvalidTypeError("is not an instant", field=field, value=value) from error


def _array(data: PlainData, name: str) -> tuple[object, ...]:
    return checks.instance(name, data.get(name, ()), tuple)
