"""What is refused of memories with random features, each in one sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis import features
from neurodyn.analysis.features import FeatureMemory, feature_errors

GOOD: dict[str, Any] = {"kind": "sincos", "memories": np.ones((2, 3)), "omega": np.ones((4, 3)), "beta": 1.0}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"floor": 0.0}, "The floor is 0, and the sum of features of the map sincos may be 0 or less."),
        ({"floor": float("nan")}, "The floor is nan"),
        ({"beta": 0.0}, "beta is 0. Give an inverse temperature above 0."),
        ({"beta": float("nan")}, "beta is nan."),
        ({"omega": np.ones((4, 2))}, "The frequencies have 2 numbers each, the memories 3. Give rows of 3 numbers."),
        ({"memories": np.array([[1.0, np.nan, 0]])}, "The memories hold numbers that are not finite."),
        ({"kind": "sincso"}, "There is no feature map 'sincso'. Did you mean sincos?"),
        ({"kind": "cos"}, "The map cos has a phase for each frequency. Give phases to the map cos"),
        ({"phases": np.ones(4)}, "The map sincos has no phases."),
        ({"kind": "cos", "phases": np.ones(3)}, "The phases are not 4 finite numbers. Give one for each frequency."),
        ({"weights": np.array([1.0, -1.0])}, "The weights are not one number of at least 0 for each memory"),
        ({"kind": "cos", "phases": [0, 1, 2, float("nan")]}, "The phases are not 4 finite numbers."),
        ({"memories": np.ones((0, 3))}, "The memories are no points."),
    ],
)
def test_bad_memories(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(neurodyn.InputError) as error:
        FeatureMemory(**{**GOOD, **changed})
    assert str(error.value).startswith(said)


def test_bad_questions() -> None:
    memory = FeatureMemory(**GOOD)
    with pytest.raises(neurodyn.InputError, match="The queries have 2 numbers each, the memories 3"):
        feature_errors(memory, [1.0, 2.0])
    with pytest.raises(neurodyn.InputError, match="The target is 0"):
        feature_errors(memory, [1.0, 2.0, 3.0], target=0)
    with pytest.raises(neurodyn.InputError, match="The bound is not for 10 steps of"):
        features.divergence(memory, np.ones(3), alpha=1.5, steps=10)
    with pytest.raises(neurodyn.InputError, match="There are several starts"):
        features.divergence(memory, np.ones((2, 3)), alpha=0.5, steps=10)
    for clamp in ([1, 0], [1, 0, 0.5]):
        with pytest.raises(neurodyn.InputError, match="The clamp is not 0 or 1 for each number"):
            features.divergence(memory, np.ones(3), alpha=0.5, steps=10, clamp=clamp)
    with pytest.raises(neurodyn.InputError, match="The bound is for energies with a logarithm"):
        features.divergence(replace(memory, log=False), np.ones(3), alpha=0.5, steps=10)
    with pytest.raises(neurodyn.InputError, match="hopfield is no memory with random features"):
        FeatureMemory.of(neurodyn.build("hopfield", sizes={"N": 4, "P": 1}))
    with pytest.raises(neurodyn.InputError, match="is no memory with random features that stay as they are"):
        FeatureMemory.of(neurodyn.build("dense_memory_features_writing", sizes={"Y": 5}))
    text = neurodyn.load("dense_memory_features").to_toml().replace("sum(cos(sqrt(beta)", "sum(cos(sqrt(1.0)")
    with pytest.raises(neurodyn.InputError, match="is not that of its random features"):
        FeatureMemory.of(neurodyn.build(neurodyn.Model.from_text(text), sizes={"Y": 50}))
