"""Badges as columns: who has earned what, by the catalogue of the contract, and what is refused."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import attrs
import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import pyarrow as pa

from mainstay import BadRecordError, InvalidTypeError, InvalidValueError
from mainstay.columnar import badges_table
from mainstay.recognition import MOST_POINTS, STANDARD_BADGES, Badge

KEYS = (
    *("first_win", "five_wins", "ten_wins", "top_argument", "top_argument_3x"),
    *("active_participant", "dedicated_voter", "early_adopter", "wallet_connected"),
)


def users(**changed: Any) -> Any:  # pyarrow has no types
    """Ada just has all, Bob is one short of each, and of Cyd nothing is known."""
    columns = {
        "user_id": ["ada", "bob", "cyd"],
        "wins": [10, 0, None],
        "top_arguments": [3, 0, None],
        "participations": [20, 19, None],
        "votes": [50, 49, None],
        "kind:beta_joined": [1, 0, None],
        "kind:wallet_connected": [1, 0, None],
    }
    return pa.table(columns | changed)


def earned(table: object, **how: Any) -> list[dict[str, Any]]:
    """The users, each with the keys of the badges that they have."""
    found: list[dict[str, Any]] = pa.table(badges_table(table, **how)).to_pylist()  # type: ignore[arg-type]  # by name
    return found


def keys(table: object, **how: Any) -> list[list[str]]:
    return [[key for key, has in row.items() if has is True] for row in earned(table, **how)]


def badge(number: int, key: str, metric: str, threshold: int, **how: Any) -> Badge:
    return Badge(number, key, key, "Do it.", "⭐", metric, metric, threshold, **how)


def test_users_come_in_the_same_order_with_a_column_a_badge() -> None:
    found = pa.table(badges_table(users()))
    assert found.column_names == ["user_id", *KEYS]
    assert {found.schema.field(key).type for key in KEYS} == {pa.bool_()}
    assert found.to_pylist() == [
        {"user_id": "ada"} | dict.fromkeys(KEYS, True),
        {"user_id": "bob"} | dict.fromkeys(KEYS, False),
        {"user_id": "cyd"} | dict.fromkeys(KEYS, False),
    ]


@pytest.mark.parametrize(
    ("wins", "top", "expected"),
    [
        (1, 0, ["first_win"]),
        (4, 2, ["first_win", "top_argument"]),
        (5, 3, ["first_win", "five_wins", "top_argument", "top_argument_3x"]),
        (9, -1, ["first_win", "five_wins"]),
        (10, None, ["first_win", "five_wins", "ten_wins"]),
    ],
)
def test_the_thresholds_of_the_contract(wins: int, top: int | None, expected: list[str]) -> None:
    table = users(wins=[0, wins, 0], top_arguments=[0, top, 0])
    assert keys(table)[1] == expected


def test_a_badge_waits_for_those_that_it_requires() -> None:
    """However the catalogue is ordered, and however long the chain is."""
    catalogue = [
        badge(1, "third", "votes", 1, requires=["second"]),
        badge(2, "second", "votes", 1, requires=["first"]),
        badge(3, "first", "wins", 1),
        badge(4, "both", "votes", 1, requires=["first", "never"]),
        badge(5, "never", "votes", 51),
    ]
    for badges in (catalogue, catalogue[::-1]):
        assert keys(users(), badges=badges) == [["third", "second", "first"], [], []]


def test_bonuses_count_at_once_among_the_points() -> None:
    """40 points and a bonus of 50 make 90, which is worth 20 more, which makes 110."""
    catalogue = [
        badge(1, "hundred", "points", 100),
        badge(2, "ninety", "points", 90, bonus=20),
        badge(3, "win", "wins", 1, bonus=50),
    ]
    table = users(wins=[1, 1, 0], points=[40, 39, 89])
    assert keys(table, badges=catalogue) == [["hundred", "ninety", "win"], ["win"], []]


def test_no_bonus_is_too_much() -> None:
    """All together they are more than 64 bits hold."""
    many = [badge(n, f"b{n}", "points", MOST_POINTS, bonus=MOST_POINTS) for n in range(1, 2000)]
    table = pa.table({"user_id": [1, 2], "points": [MOST_POINTS, MOST_POINTS - 1]})
    assert [len(has) for has in keys(table, badges=many)] == [1999, 0]


def test_debts_are_paid_first() -> None:
    catalogue = [badge(1, "rich", "points", 5), badge(2, "win", "wins", 1, bonus=50)]
    assert keys(users(points=[-45, -46, -MOST_POINTS], wins=[1, 1, 1]), badges=catalogue) == [
        *(["rich", "win"], ["win"], ["win"]),
    ]


def test_only_the_metrics_that_are_asked_for_are_looked_at() -> None:
    table = users(votes=["many", "few", "none"])
    assert keys(table, badges=iter(STANDARD_BADGES[:1])) == [["first_win"], [], []]
    assert earned(table.select(["user_id"]), badges=[]) == [
        *({"user_id": "ada"}, {"user_id": "bob"}, {"user_id": "cyd"}),
    ]


@pytest.mark.parametrize(
    "kind", [pa.int8(), pa.uint64(), pa.float32(), pa.float64(), pa.decimal128(9, 2)], ids=str
)
def test_metrics_of_every_type_are_read(kind: Any) -> None:
    """Joined frames have floats where there are nulls."""
    wins = pa.array([None, None, 5], pa.int8()).cast(kind)
    for column in (wins, wins.dictionary_encode()):
        assert keys(users(wins=column)) == [
            [*KEYS[3:]],
            [],
            ["first_win", "five_wins"],
        ]


def test_a_column_of_nulls_is_zeros() -> None:
    assert keys(users(wins=pa.nulls(3))) == [[*KEYS[3:]], [], []]


def test_any_frame_will_do_with_users_called_anything() -> None:
    pytest.importorskip("pandas")
    renamed = users().rename_columns(["who", *users().column_names[1:]])
    for source in (renamed.to_pandas(), [renamed.slice(0, 1), renamed.slice(1)]):
        assert earned(source, user="who") == earned(renamed, user="who")
    assert earned(users(user_id=[3, 1, 2]))[0]["user_id"] == 3
    assert earned(users().slice(0, 0)) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"user_id": ["ada", None, "cyd"]}, "row 1: user_id is missing"),
        ({"user_id": ["ada", "bob", ""]}, "row 2: user_id must not be empty"),
        ({"wins": [0, 2.5, 0]}, "row 1: wins must be an integer, got 2.5"),
        ({"wins": [0, -2.5, 0]}, "row 1: wins must be an integer, got -2.5"),
        ({"wins": [0.0, 1.0, -math.inf]}, "row 2: wins must be an integer, got -inf"),
        ({"wins": pa.array([0.0, math.nan, 1.0])}, "row 1: wins must be an integer, got nan"),
        ({"wins": [2**53, 0, 0]}, f"row 0: wins must be between -{MOST_POINTS} and {MOST_POINTS}"),
        ({"wins": [0, 0, -(2**53)]}, f"row 2: wins must be between -{MOST_POINTS} and"),
        ({"wins": [0, 0, -(2**63)]}, f"row 2: wins must be between -{MOST_POINTS} and"),
        ({"wins": pa.array([0, 2**64 - 1, 0], pa.uint64())}, "row 1: wins must be between"),
        ({"wins": [0.0, -1e300, 0.0]}, "row 1: wins must be between"),
        ({"wins": [Decimal("0.5")] * 3}, "row 0: wins must be an integer, got Decimal('0.5')"),
        ({"votes": [0, 0.5, 1], "wins": [1, 2, 0.5]}, "row 1: votes must be an integer"),
    ],
)
def test_what_is_wrong_is_said_with_the_row(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRecordError) as caught:
        badges_table(users(**changed))
    assert str(caught.value).startswith(message)


def test_rows_are_counted_over_batches() -> None:
    with pytest.raises(BadRecordError, match="row 4: wins must be an integer"):
        badges_table([users(wins=[1.0, 2.0, 3.0]), users(wins=[1.0, 2.5, 3.0])])


@pytest.mark.parametrize(
    "changed",
    [{"user_id": [1.5, 2.5, 3.5]}, {"wins": ["1", "2", "3"]}, {"wins": [True, False, True]}],
)
def test_a_column_of_another_type_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidTypeError, match=next(iter(changed))):
        badges_table(users(**changed))


def test_users_are_of_one_type_in_all_batches() -> None:
    with pytest.raises(InvalidTypeError, match="user_id must be string in every batch"):
        badges_table([users(), users(user_id=[1, 2, 3])])


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"user": "ten_wins"}, "user must not be called as another column of the result"),
        ({"user": "name"}, "column name is missing"),
        ({"badges": [badge(1, "b", "streak_days", 7)]}, "column streak_days is missing"),
        ({"badges": [STANDARD_BADGES[0]] * 2}, "badges['first_win'].key must differ"),
        ({"badges": STANDARD_BADGES[0]}, "badges must be several"),
        ({"badges": ["first_win"]}, "badges[0] must be of type Badge"),
        (
            {"badges": [attrs.evolve(STANDARD_BADGES[1], requires=["first_win"])]},
            "badges['five_wins'].requires is not the key of a badge",
        ),
        ({"user": 5}, "user must be a string"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(how: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        badges_table(users(), **how)
    assert str(caught.value).startswith(message)
