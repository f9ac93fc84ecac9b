"""Maps: compiled lanes come to the states of the backend `map`, with the same draws."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conformance.cases import run, system_of
from tests.conformance.table import names

STEPS = 30


@pytest.mark.slow
@pytest.mark.parametrize("name", names("map", "map", "ensemble"))
def test_lanes_take_the_steps_of_the_map(name: str) -> None:
    record = list(system_of(name).model.states)
    found, other = (run(name, backend, steps=STEPS, trials=3, seed=5, record=record) for backend in ("ensemble", "map"))
    for state in record:
        largest = float(np.abs(other[state].values).max())
        np.testing.assert_allclose(found[state].values, other[state].values, rtol=0, atol=1e-10 * max(1.0, largest))
