"""Plain data: copied, frozen, and nothing but what JSON can say."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import pytest

from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.scheduling import JobContext, PlainData


class Colour(StrEnum):
    RED = "red"


def nested(depth: int) -> dict[str, object]:
    data: object = 1
    for _ in range(depth):
        data = [data]
    return {"deep": data}


def test_it_is_a_copy_as_deep_as_it_goes() -> None:
    given: dict[str, Any] = {"days": [{"day": "2024-05-01"}], "rate": 0.5, "none": None}
    data = PlainData(given)
    given["days"][0]["day"] = "2024-05-02"
    given["days"].append(3)
    del given["rate"]
    assert data.to_dict() == {"days": [{"day": "2024-05-01"}], "rate": 0.5, "none": None}
    data.to_dict().clear()
    assert data == {"days": ({"day": "2024-05-01"},), "rate": 0.5, "none": None}


def test_it_cannot_be_changed() -> None:
    data: Any = PlainData({"days": [{}]})
    with pytest.raises(TypeError):
        data["days"] = 1
    with pytest.raises(TypeError):
        data["days"][0]["day"] = 1
    assert not hasattr(data["days"], "append")


def test_what_is_almost_plain_becomes_plain() -> None:
    class Odd(float):
        """A number of another library."""

    data = PlainData({"colour": Colour.RED, "odd": Odd(0.5)})
    assert [type(value) for value in data.values()] == [str, float]
    assert data == {"colour": "red", "odd": 0.5}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"a": {"b": [1, float("nan")]}}, "a.b[1] must be finite, got nan."),
        ({"a": float("-inf")}, "a must be finite, got -inf."),
        ({"a": [date(2024, 5, 1)]}, "a[0] is not plain data, got datetime.date(2024, 5, 1). JSON"),
        ({"a": {1, 2}}, "a is not plain data, got {1, 2}. JSON has null,"),
        ({"a": b"b"}, "a is not plain data, got b'b'."),
        ({"a": 2**63}, "a must be between -9223372036854775808 and 9223372036854775807, got"),
        ({"a": {7: 8}}, "a key in a must be a string, got 7."),
        ({7: 8}, "a key in it must be a string, got 7."),
        ([], "must map names to plain data, got []."),
        (nested(32), f"deep{'[0]' * 32} must not lie deeper than 32 levels"),
    ],
)
def test_what_is_not_plain_is_refused_with_its_path(data: Any, message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        PlainData(data)
    assert str(caught.value).startswith(message)


def test_the_largest_integers_and_the_deepest_data_are_plain() -> None:
    for number in (-(2**63), 2**63 - 1):
        assert PlainData({"a": number})["a"] == number
    assert PlainData(nested(31)).to_dict() == nested(31)


def test_data_that_contain_themselves_are_too_deep() -> None:
    endless: dict[str, object] = {}
    endless["again"] = endless
    with pytest.raises(InvalidValueError, match="must not lie deeper than 32 levels"):
        PlainData(endless)


def test_errors_begin_with_the_field_that_the_data_are_of() -> None:
    with pytest.raises(InvalidTypeError, match=r"^options\.most is not plain data"):
        JobContext(options={"most": object()})
    with pytest.raises(InvalidTypeError, match=r"^options must map names to plain data"):
        JobContext(options=None)  # type: ignore[arg-type]  # refused


def test_it_shows_what_is_in_it() -> None:
    assert repr(PlainData({"days": (1, {"a": None})})) == "PlainData({'days': [1, {'a': None}]})"
    assert (len(PlainData()), list(PlainData({"a": 1}))) == (0, ["a"])
