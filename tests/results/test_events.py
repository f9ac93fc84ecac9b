"""Events of a result are the same whether its dataset has been put together or not."""

from __future__ import annotations

import numpy as np
import pytest

from neurodyn import InputError, Model, Result, simulate
from neurodyn.results.result import Unlabelled

CLOCKS = Model(
    ["dv[i,a]/dt = 1 + i + 3*a", "dw/dt = 2"],
    indices={"N": {"letters": "i", "size": 2}, "A": {"letters": "a", "size": 3}},
    states={"v[i,a]": 0.0, "w": 0.0},
    events={"up[i,a]": {"when": "v[i,a] > 1", "set": "v[i,a] = 0"}, "tick": {"when": "w > 1", "set": "w = 0"}},
)


def is_late(result: Result) -> bool:
    return isinstance(result.__dict__["dataset"], Unlabelled)


@pytest.mark.parametrize("trials", [None, 2])
def test_they_need_no_labels(trials: int | None) -> None:
    result = simulate(CLOCKS, until=2.1, trials=trials)
    up, tick = result.events("up"), result.events("tick")
    assert is_late(result)
    for k in range(trials or 1):
        for i, a in np.ndindex(2, 3):
            rate = 1 + i + 3 * a
            np.testing.assert_allclose(up.of(i, a, trial=k), np.arange(1, int(2.1 * rate) + 1) / rate, rtol=1e-6)
        np.testing.assert_allclose(tick.of(trial=k), [0.5, 1.0, 1.5, 2.0], rtol=1e-6)
    assert result.dataset is result.dataset and not is_late(result)
    for bare, labelled in ((up, result.events("up")), (tick, result.events("tick"))):
        assert bare.name == labelled.name and bare.unit.dtype == labelled.unit.dtype == np.intp
        np.testing.assert_array_equal(bare.time, labelled.time)
        np.testing.assert_array_equal(bare.unit, labelled.unit)
        np.testing.assert_array_equal(bare.trial, labelled.trial)


def test_other_names_are_refused() -> None:
    with pytest.raises(InputError, match="No event upp was recorded") as caught:
        simulate(CLOCKS, until=0.5).events("upp")
    assert caught.value.remedy == "Did you mean up?"
    with pytest.raises(InputError, match="No event v was recorded"):
        simulate(CLOCKS, until=0.5).events("v")
