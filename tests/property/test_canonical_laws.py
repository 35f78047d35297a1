"""What is hashed is canonical JSON, by a second implementation of RFC 8785."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from mainstay import InvalidValueError
from mainstay.contest._canonical import canonical_json

#: What JSON writers differ in: all control characters, quotes, DEL, line separators, other planes.
ODD = [*map(chr, range(0x20)), *'"\\/\x7f\x80\u2028\u2029\ufeff\ufffd\ue000\uffff🙂\U0010ffff']
texts = st.text() | st.text(st.sampled_from(ODD))
surrogates = st.integers(0xD800, 0xDFFF).map(chr)
NAMES = ("case", "domain", "nonce", "question", "sides", "verdict")


@given(st.dictionaries(st.sampled_from(NAMES), texts | st.lists(texts)))
@example({"question": "".join(ODD), "case": "".join(ODD)})
def test_its_bytes_are_those_of_the_other_implementation(
    values: dict[str, str | list[str]],
) -> None:
    assert canonical_json(values) == rfc8785.dumps(values)


@pytest.mark.parametrize("several", [True, False])
@given(texts, surrogates, texts)
def test_a_lone_surrogate_is_refused_wherever_it_stands(
    several: bool, before: str, surrogate: str, after: str
) -> None:
    bad = before + surrogate + after
    with pytest.raises(InvalidValueError, match="must not hold a lone surrogate") as caught:
        canonical_json({"case": "c", "sides": ["yes", bad] if several else bad})
    assert (caught.value.field, caught.value.value) == ("sides", bad)
