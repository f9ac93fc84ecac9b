"""Packing and unpacking states are inverses of each other."""

from __future__ import annotations

import numpy as np
import pytest

from neurodyn.system.layout import Layout

LAYOUT = Layout.of({"a": (), "b": (3,), "c": (2, 2)}, {"b": 1e-12})


@pytest.mark.parametrize("lead", [(), (5,)])
def test_pack_and_unpack_are_inverses(lead: tuple[int, ...]) -> None:
    y = np.arange(np.prod((*lead, 8)), dtype=float).reshape((*lead, 8))
    states = LAYOUT.unpack(y)
    assert {n: np.shape(v) for n, v in states.items()} == {"a": lead, "b": (*lead, 3), "c": (*lead, 2, 2)}
    np.testing.assert_array_equal(LAYOUT.pack(states, trials=bool(lead)), y)


def test_scales_and_names_follow_the_order() -> None:
    assert LAYOUT.scales.tolist() == [1, 1e-12, 1e-12, 1e-12, 1, 1, 1, 1]
    assert [LAYOUT.element(k) for k in (0, 2, 6)] == ["a", "b[1]", "c[1,0]"]
    with pytest.raises(IndexError):
        LAYOUT.element(8)


@pytest.mark.parametrize("lead", [(), (4,)])
def test_a_single_state(lead: tuple[int, ...]) -> None:
    layout = Layout.of({"x": (2, 3)}, {})
    y = np.random.default_rng(0).standard_normal((*lead, 6))
    np.testing.assert_array_equal(layout.pack(layout.unpack(y), trials=bool(lead)), y)
