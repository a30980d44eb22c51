"""Canonical bytes, against another implementation of RFC 8785."""

from datetime import date
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import OutsideDomain, canonical

SAFE = 2**53 - 1

ascii_names = st.text(st.characters(max_codepoint=127), max_size=8)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = texts | st.integers(-SAFE, SAFE) | st.booleans() | st.none()
values = st.recursive(scalars, lambda v: st.lists(v, max_size=4) | st.dictionaries(ascii_names, v, max_size=4))


@given(values)
def test_the_bytes_are_those_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value", [0, -0, SAFE, -SAFE, "\x00\x1f\x7f\u2028€😀", '"\\/', {"b": 1, "a": {"z": 1, "A": 2}}]
)
def test_the_edges_of_the_domain_are_those_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_names_are_sorted_at_every_level() -> None:
    assert canonical({"b": [{"d": 1, "c": 2}], "a": None}) == b'{"a":null,"b":[{"c":2,"d":1}]}'


@pytest.mark.parametrize(
    "value",
    [
        *(1.0, 1.5, float("nan"), float("inf"), SAFE + 1, -SAFE - 1, 10**30, "\ud800", b"x", {1, 2}, date(2023, 8, 1)),
        *({"é": 1}, {"項": 1}, {"\ud800": 1}, {1: 2}, {None: 2}),
    ],
    ids=repr,
)
def test_outside_the_domain_there_are_no_bytes(value: Any) -> None:
    for wrapped in (value, [value], {"a": value}, [[1, {"a": (value,)}]]):
        with pytest.raises(OutsideDomain):
            canonical(wrapped)


def test_endless_nesting_is_our_own_fault_not_a_crash() -> None:
    value: list[Any] = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(OutsideDomain):
        canonical(value)
