"""Words of values that stand in an equation."""

from __future__ import annotations

from neurodyn.language import elsewhere
from neurodyn.system.generators import GENERATORS
from neurodyn.system.signal_reader import SIGNALS


def test_every_word_of_values_is_told_where_it_belongs() -> None:
    assert all(elsewhere.where_it_belongs(word) for word in (*GENERATORS, *SIGNALS))
    assert set(elsewhere.SIGNALS) == set(SIGNALS)
