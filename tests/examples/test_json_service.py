"""JSON over HTTP: what is tried again, what is not, and what no error says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import attrs
import pytest

from json_service import BusyError, JsonService
from mainstay import InvalidValueError
from tests.stand_ins import Reply, StandIn, fails, hang_up, hold, nobody, says, stand_in

KEY = "sk-a-key-that-nobody-may-see"


@pytest.fixture(name="place")
def _place() -> Iterator[StandIn]:
    with stand_in() as place:
        place.answer = says("good")
        yield place


@pytest.fixture(name="waits")
def _waits() -> list[float]:
    return []


@pytest.fixture(name="service")
def _service(place: StandIn, waits: list[float]) -> JsonService:
    return JsonService(url=place.url, waits=(1, 2), sleep=waits.append)


def test_json_is_sent_and_comes_back(place: StandIn, service: JsonService) -> None:
    place.answer = lambda asked: Reply.json([asked.path, asked.body])
    service = attrs.evolve(service, url=f"{place.url}?version=2", api_key=KEY)
    assert service.post({"é": [1, None]}) == ["/v1/here?version=2", {"é": [1, None]}]
    (asked,) = place.asked
    assert asked.headers["Authorization"] == f"Bearer {KEY}"


def test_there_is_no_authorization_without_a_key(place: StandIn, service: JsonService) -> None:
    service.post(0)
    assert "Authorization" not in place.asked[0].headers


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_who_is_busy_is_asked_again(
    place: StandIn, service: JsonService, waits: list[float], status: int
) -> None:
    place.script = [fails(status)] * 2
    assert service.post(0) == "good"
    assert waits == [1, 2]
    assert len(place.asked) == 3


def test_who_is_always_busy_can_not_be_reached(
    place: StandIn, service: JsonService, waits: list[float]
) -> None:
    place.answer = fails(503)
    with pytest.raises(ConnectionError, match="can't answer now: status 503"):
        service.post(0)
    assert waits == [1, 2]
    assert len(place.asked) == 3


def test_the_service_says_how_long_to_wait(
    place: StandIn, service: JsonService, waits: list[float]
) -> None:
    place.script = [fails(429, Retry_After="7"), fails(429, Retry_After="0")]
    assert service.post(0) == "good"
    assert waits == [7, 0]


@pytest.mark.parametrize("said", ["Wed, 01 May 2024 12:00:00 GMT", "-1", "soon", "1.5", "²"])
def test_what_is_not_in_seconds_changes_nothing(
    place: StandIn, service: JsonService, waits: list[float], said: str
) -> None:
    place.script = [fails(429, Retry_After=said)]
    assert service.post(0) == "good"
    assert waits == [1]


def test_nobody_waits_longer_than_the_longest(
    place: StandIn, service: JsonService, waits: list[float]
) -> None:
    place.script = [fails(503, Retry_After="10"), fails(503, Retry_After="11")]
    with pytest.raises(BusyError) as raised:
        service.post(0)
    assert raised.value.after == 11
    assert waits == [10]


def test_a_lost_answer_is_asked_for_again(
    place: StandIn, service: JsonService, waits: list[float]
) -> None:
    broken_off = Reply(b'"goo', headers={"Content-Length": "6"})
    place.script = [hang_up, lambda _: broken_off]
    assert service.post(0) == "good"
    assert waits == [1, 2]


def test_who_does_not_speak_http_can_not_be_reached(
    place: StandIn, service: JsonService, waits: list[float]
) -> None:
    place.answer = lambda _: Reply(b"hidden\r\n", headers={"Transfer-Encoding": "chunked"})
    with pytest.raises(ConnectionError, match="does not answer in HTTP: IncompleteRead") as raised:
        service.post(0)
    assert raised.value.__context__ is None
    assert waits == [1, 2]


def test_who_does_not_answer_in_time_can_not_be_reached(
    place: StandIn, service: JsonService, waits: list[float]
) -> None:
    place.answer = hold
    with pytest.raises(TimeoutError):
        attrs.evolve(service, timeout=0.05).post(0)
    assert waits == [1, 2]


def test_an_answer_that_trickles_in_is_given_up(place: StandIn, service: JsonService) -> None:
    """The clock shows a second more each time: a fourth look would be too late."""
    place.answer = lambda _: Reply(b" " * 900_000)  # comes in many pieces
    ticks = count()
    slow = attrs.evolve(service, timeout=3, waits=(), clock=lambda: float(next(ticks)))
    with pytest.raises(TimeoutError, match="takes too long"):
        slow.post(0)


def test_who_is_down_can_not_be_reached(waits: list[float]) -> None:
    with nobody() as url, pytest.raises(ConnectionRefusedError):
        JsonService(url=url, sleep=waits.append).post(0)
    assert waits == [1, 2]


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 204])
def test_what_another_try_would_not_change_is_an_error_at_once(
    place: StandIn, service: JsonService, waits: list[float], status: int
) -> None:
    place.answer = fails(status, Location=place.url)
    with pytest.raises(InvalidValueError, match=f"must be 200, got {status}. See that"):
        service.post(0)
    assert waits == []
    assert len(place.asked) == 1, "and no redirect is followed"


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>hidden</html>", b'{"hidden', b"\xff\xfehidden", b"[" * 100_000, b"1" * 5_000],
    ids=["nothing", "html", "half", "bytes", "deep", "long"],
)
def test_what_is_not_json_is_refused_and_not_shown(
    place: StandIn, service: JsonService, body: bytes
) -> None:
    place.answer = lambda _: Reply(body)
    with pytest.raises(InvalidValueError, match=r"^what 127\.0\.0\.1 answers is not JSON\.$") as it:
        service.post(0)
    assert it.value.__context__ is None


def test_an_endless_answer_is_refused(place: StandIn, service: JsonService) -> None:
    place.answer = lambda _: Reply(b" " * 1_000_001)
    with pytest.raises(InvalidValueError, match="at most 1,000,000 bytes"):
        service.post(0)
    place.answer = lambda _: Reply(b" " * 999_999 + b"1")
    assert service.post(0) == 1


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}é", f"{KEY}\0"])
def test_a_key_that_can_not_be_sent_is_refused_and_not_shown(key: str) -> None:
    """The standard library's own error would show it."""
    with pytest.raises(InvalidValueError, match="must be printable ASCII") as raised:
        JsonService(url="https://localhost", api_key=key)
    assert KEY not in f"{raised.value}{raised.value.value}"


def test_a_key_is_not_in_the_representation() -> None:
    assert KEY not in repr(JsonService(url="https://localhost", api_key=KEY))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:80",
        "file:///etc/hosts",
        "https://",
        "http://[",
        "http://a:99999",
        "http://a:0",
    ],
)
def test_what_is_not_an_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidValueError, match="url must begin with https://"):
        JsonService(url=url)
