"""Texts from a host's generator: asked user by user, and at nobody's cost if it fails."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import pytest

from mainstay.errors import CallsFailedError, InvalidValueError
from mainstay.jobs import generate_outlooks
from mainstay.outlook import (
    STANDARD_TEMPLATES,
    Content,
    Mark,
    OutlookContext,
    Template,
    standard_content,
)
from mainstay.testing.memory import MemoryStore
from tests.recording import did, may
from tests.telling import (
    DUE,
    MINE,
    TOMORROW,
    BoomError,
    Host,
    active,
    by,
    came_to,
    generate,
    made,
    text_for,
)

NINE = [f"u{number}" for number in range(1, 10)]


def test_each_user_gets_the_text_that_the_host_makes_of_what_is_known() -> None:
    store = active("ada", "bob")
    did(store, "bob", may(28))
    host = Host(data={"bob": {"team": "red"}})
    assert came_to(generate(store, host)) == (2, 0, 0, 0, False)
    assert by(store) == ["theirs", "theirs"]
    assert made(store, "ada").content == Content("mine", "plain", "Hi", "Go on, ada!")
    ada, bob = host.contexts
    assert (ada.user_id, ada.day, ada.known_through) == ("ada", TOMORROW, may(28))
    assert ada.data == {}
    assert bob.data == {"team": "red"}
    assert ada.score.points == 9
    assert {*ada.templates} == {"mine", *(each.name for each in STANDARD_TEMPLATES)}


def test_the_hosts_data_is_read_for_many_users_at_once() -> None:
    users = [f"u{number:03}" for number in range(230)]
    host = Host()
    generate(active(*users), host, page_size=7)
    assert list(map(len, host.asked)) == [100, 100, 30]
    assert [*chain.from_iterable(host.asked)] == host.users == users


def test_no_transaction_is_open_while_the_host_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    store, opened, seen = active("ada", "bob"), [0], list[int]()
    page = type(store.outlooks).page

    @contextmanager
    def watched(self: Any) -> Iterator[Any]:
        opened[0] += 1
        with page(self) as within:
            yield within
        opened[0] -= 1

    monkeypatch.setattr(type(store.outlooks), "page", watched)

    def text(context: OutlookContext) -> Content:
        seen.append(opened[0])
        return text_for(context)

    def data(_: object) -> dict[str, dict[str, object]]:
        seen.append(opened[0])
        return {}

    generate(store, Host(text, text, data=data))
    assert seen == [0, 0, 0]


FAILURES = [
    RuntimeError("out of words"),
    TimeoutError("30 s"),
    KeyError("title"),
    CallsFailedError("can't be reached", field="the model"),
    BoomError("429"),
]
NONSENSE = [
    None,
    "Go on!",
    {"title": "Hi", "body": "Go on!"},
    lambda _: Content("mine", "plain", "", ""),
    Content("mine", "plain", "Hi", "a NUL: \0"),
    Content("mine", "plain", "half a pair: \ud800", "Go on!"),
]


@pytest.mark.parametrize("said", [*FAILURES, *NONSENSE])
def test_whom_the_host_has_no_text_for_gets_the_embedded_one(
    said: object, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged with its traceback, counts as generated, and the run goes on."""
    store, host = active("ada", "bob", "cy"), Host(text_for, said)
    with caplog.at_level(logging.WARNING, "mainstay.jobs"):
        report = generate(store, host)
    assert came_to(report) == (3, 0, 0, 1, False)
    assert (by(store), host.users) == (["theirs", "ours", "theirs"], ["ada", "bob", "cy"])
    assert made(store, "bob").content.body.endswith("as of 2024-05-28: 9 points.")
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[2] is not None
    assert vars(record)["item"] == "bob"
    assert report.errors == ()


def test_after_five_failures_in_a_row_the_rest_is_not_asked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store, host = active(*NINE), Host(*[BoomError()] * 9)
    with caplog.at_level(logging.ERROR, "mainstay.jobs"):
        report = generate(store, host)
    assert came_to(report) == (9, 0, 0, 9, True)
    assert host.users == NINE[:5]
    assert caplog.messages[5:] == [
        "generate-outlooks: the generator is not asked any more: 5 calls in a row have failed"
    ]


def test_once_it_is_given_up_no_data_is_asked_for_either() -> None:
    users = [f"u{number:03}" for number in range(150)]
    host = Host(*[BoomError()] * 5)
    assert came_to(generate(active(*users), host)) == (150, 0, 0, 150, True)
    assert list(map(len, host.asked)) == [100]


def test_a_success_in_between_starts_the_count_again() -> None:
    host = Host(*[BoomError()] * 4, text_for, *[BoomError()] * 4)
    assert came_to(generate(active(*NINE), host)) == (9, 0, 0, 8, False)
    assert host.users == NINE


def test_a_host_that_was_given_up_is_asked_again_by_the_next_run() -> None:
    store = active(*NINE)
    generate(store, Host(*[BoomError()] * 5))
    host = Host()
    assert came_to(generate(store, host, target=may(30))) == (9, 0, 0, 0, False)
    assert host.users == NINE


@pytest.mark.parametrize("data", [BoomError(), CallsFailedError("is down"), None, 7, ["ada"]])
def test_data_that_fail_for_all_are_asked_for_user_by_user(data: Any) -> None:
    """Those of whom nothing can be known get the embedded text: no half of a text is made up."""
    store, host = active("ada", "bob", "cy"), Host(data=lambda _: data)
    assert came_to(generate(store, host)) == (3, 0, 0, 3, False)
    assert (host.asked, host.users) == ([["ada", "bob", "cy"], ["ada"], ["bob"], ["cy"]], [])


def test_data_that_fail_for_one_user_cost_the_others_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def data(users: list[str]) -> Any:
        return BoomError() if "bob" in users else {user: {"n": 1} for user in users}

    store, host = active("ada", "bob", "cy"), Host(data=data)
    with caplog.at_level(logging.WARNING, "mainstay.jobs"):
        assert came_to(generate(store, host)) == (3, 0, 0, 1, False)
    assert by(store) == ["theirs", "ours", "theirs"]
    assert [context.data for context in host.contexts] == [{"n": 1}, {"n": 1}]
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]


@pytest.mark.parametrize("theirs", [7, {"at": DUE}, {7: "seven"}])
def test_data_that_are_not_plain_are_one_users_trouble(theirs: Any) -> None:
    store, host = active("ada", "bob", "cy"), Host(data={"bob": theirs})
    assert came_to(generate(store, host)) == (3, 0, 0, 1, False)
    assert by(store) == ["theirs", "ours", "theirs"]


def test_a_host_may_use_the_embedded_text_itself() -> None:
    store, host = active("ada"), Host(standard_content)
    assert came_to(generate(store, host)) == (1, 0, 0, 0, False)
    assert not made(store, "ada").fallback


def test_a_template_of_an_embedded_name_is_refused() -> None:
    """Else nobody could tell its figures from the embedded one's."""
    host = Host()
    host.templates = [MINE, Template("streak", ["plain"])]
    with pytest.raises(InvalidValueError) as caught:
        generate_outlooks(MemoryStore(), generator=host)
    assert str(caught.value).startswith("templates is the name of an embedded template, got 'stre")


def test_what_is_not_a_template_is_refused() -> None:
    any_host: Any = Host()
    any_host.templates = ["mine"]
    with pytest.raises(InvalidValueError, match="templates must be of type Template"):
        generate_outlooks(MemoryStore(), generator=any_host)


def test_force_asks_once_more_and_only_for_those_that_may_be_replaced() -> None:
    store = active("ada", "bob")
    generate(store, Host())
    store.outlooks.mark("bob", TOMORROW, Mark.VIEWED, at=DUE)
    host = Host(Content("mine", "warm", "Hello", "Once more!"))
    assert came_to(generate(store, host, task="2", force=True)) == (1, 1, 0, 0, False)
    assert host.users == ["ada"]
    assert made(store, "ada").content.title == "Hello"
    assert made(store, "bob").content.title == "Hi"
    assert came_to(generate(store, host, task="3", force=True)) == (1, 1, 0, 0, False)
    assert host.users == ["ada", "ada"]


def test_who_sees_the_old_text_before_the_new_one_is_there_keeps_it() -> None:
    store = active("ada")
    generate(store, Host())

    def slowly(_: OutlookContext) -> Content:
        store.outlooks.mark("ada", TOMORROW, Mark.VIEWED, at=DUE)
        return Content("mine", "warm", "Hello", "Too late!")

    assert came_to(generate(store, Host(slowly), task="2", force=True)) == (0, 1, 0, 0, False)
    assert made(store, "ada").content.title == "Hi"
