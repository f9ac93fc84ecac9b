"""Which elements belong to which units, against a plain search."""

from __future__ import annotations

import numpy as np

from neurodyn.system.members import Members


def test_elements_of_units_are_found_unit_by_unit() -> None:
    rng = np.random.default_rng(0)
    for units in (1, 3, 20):
        owner = rng.integers(0, units, 30)
        members = Members(owner, units)
        for asked in (np.empty(0, np.intp), rng.integers(0, units, 8), np.arange(units)):
            expected = [place for unit in asked for place in np.flatnonzero(owner == unit)]
            assert members.of(asked).tolist() == expected
