"""The table of docs/backends.md is true, and whole."""

from __future__ import annotations

import pytest

from tests.conformance.cases import NAMES
from tests.conformance.table import read, row_of

QUICK = ("fitzhugh_nagumo", "habituation_row", "lif", "mackey_glass", "sequence_memory")
ANEW = "write the table anew, python -m tests.conformance.table, and look at what has changed"


def test_every_shipped_model_has_its_row() -> None:
    assert tuple(read()) == NAMES, ANEW


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in NAMES])
def test_a_model_runs_where_the_table_says(name: str) -> None:
    """Also that it is refused elsewhere, in those words: what becomes possible is told."""
    assert row_of(name) == read()[name], ANEW
