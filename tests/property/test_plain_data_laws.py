"""Plain data: what goes in comes out, frozen."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

from hypothesis import given

from mainstay.scheduling import PlainData
from mainstay.testing import strategies


@given(strategies.plain_objects())
def test_what_goes_in_comes_out(plain: dict[str, Any]) -> None:
    """As it was: written as JSON, it is the same to the last digit."""
    before = copy.deepcopy(plain)
    data = PlainData(plain)
    assert plain == before
    assert json.dumps(data.to_dict()) == json.dumps(before)


@given(strategies.plain_objects())
def test_equal_data_are_equal_however_they_were_made(plain: dict[str, Any]) -> None:
    data, backwards = PlainData(plain), PlainData(dict(reversed(plain.items())))
    for other in (backwards, PlainData(data), PlainData(data.to_dict()), copy.deepcopy(data)):
        assert data == other
        assert hash(data) == hash(other)
    assert pickle.loads(pickle.dumps(data)) == data


@given(strategies.plain_objects(), strategies.plain_objects())
def test_data_differ_where_what_they_were_made_of_does(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert (PlainData(one) == PlainData(other)) == (one == other)
