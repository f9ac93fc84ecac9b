"""What cannot be used is answered with one sentence and a remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from neurodyn import InputError, analysis

W = analysis.rbm_of_patterns([[1, 1], [1, 1], [1, 1], [1, 1], [-1, 1], [1, -1]]).weights


def train(**options: Any) -> object:
    return analysis.train_rbm(np.ones((3, 6)), W, **{"beta": 1.0, "rate": 0.1, "epochs": 1} | options)


BAD: list[tuple[str, Callable[[], object], str]] = [
    ("not-signs", lambda: analysis.rbm_of_patterns([[1, -1], [0, 1]]), "unit 1 of pattern 0 is 0."),
    ("not-finite", lambda: analysis.rbm_of_patterns([[1, np.nan], [1, 1]]), "Patterns[0, 1] is nan"),
    ("bad-shape", lambda: analysis.rbm_of_patterns(np.empty((5, 0))), "an empty one, 5 x 0"),
    ("bad-shape", lambda: analysis.rbm_of_patterns([1, -1, 1]), "but this is 3."),
    ("not-numbers", lambda: analysis.rbm_of_patterns([["a"]]), "cannot be read as numbers"),
    ("not-numbers", lambda: analysis.rbm_of_patterns([[1, -1], [1]]), "cannot be read as numbers"),
    ("unknown-rule", lambda: analysis.rbm_of_patterns([[1], [1]], rule="storkey"), "no rule called storkey"),
    ("bad-shape", lambda: analysis.rbm_of_patterns([[1], [1]], field=[1, 2, 3]), "there are 2 units"),
    ("bad-beta", lambda: analysis.rbm_distribution(W, beta=0), "it is 0."),
    ("bad-beta", lambda: analysis.rbm_distribution(W, beta=-1), "it is -1."),
    ("not-finite", lambda: analysis.hopfield_distribution(np.eye(2), beta=np.nan), "beta is nan"),
    ("bad-beta", lambda: analysis.hopfield_distribution(np.eye(2), beta=[1, 2]), "it is [1, 2]."),  # type: ignore[arg-type]
    ("not-symmetric", lambda: analysis.hopfield_distribution([[0, 1], [2, 0]], beta=1), "not symmetric"),
    ("not-symmetric", lambda: analysis.hopfield_distribution([[0, 1]], beta=1), "not symmetric"),
    ("too-many-units", lambda: analysis.hopfield_distribution(np.eye(21), beta=1), "21 units"),
    ("too-many-units", lambda: analysis.rbm_distribution(np.ones((30, 1)), beta=1), "30 units"),
    ("too-many-units", lambda: analysis.rbm_log_partition(np.ones((30, 9)), beta=1), "9 hidden units"),
    ("no-weights", lambda: analysis.patterns_of_rbm(np.zeros((4, 2))), "All weights are 0"),
    ("not-finite", lambda: analysis.patterns_of_rbm([[np.inf], [1]]), "Weights[0, 0] is inf"),
    ("no-memory", lambda: analysis.patterns_of_rbm(np.diag([1.0, 2.0, 3.0])), "span all 3 dimensions"),
    ("bad-search", lambda: analysis.patterns_of_rbm(W, starts=0), "0 starts"),
    ("bad-search", lambda: analysis.patterns_of_rbm(W, tolerance=-1), "tolerance of -1"),
    ("bad-search", lambda: analysis.patterns_of_rbm(W, tolerance=0), "tolerance of 0"),
    ("bad-tolerance", lambda: analysis.patterns_of_rbm(W, tolerance=0.5), "cannot be told apart"),
    ("bad-shape", lambda: analysis.patterns_of_rbm(W, near=[[1], [1]]), "have 2 units, but the weights 6"),
    ("not-signs", lambda: analysis.patterns_of_rbm(W, near=np.zeros((6, 1))), "unit 0 of pattern 0 is 0."),
    ("bad-count", lambda: analysis.annealed_log_partition(W, beta=1, steps=0), "steps is 0."),
    ("bad-count", lambda: analysis.annealed_log_partition(W, beta=1, chains=1), "chains is 1."),
    ("bad-shape", lambda: analysis.cd_gradient(np.ones((6, 3)), W, beta=1), "3 units each, but the weights 6"),
    ("not-signs", lambda: analysis.cd_gradient(np.zeros((3, 6)), W, beta=1), "unit 0 of state 0 is 0."),
    ("not-finite", lambda: analysis.cd_gradient(np.full((3, 6), np.nan), W, beta=1), "States[0, 0] is nan"),
    ("bad-count", lambda: analysis.cd_gradient(np.ones((3, 6)), W, beta=1, k=0), "k is 0."),
    ("bad-rate", lambda: train(rate=-1.0), "The rate is -1."),
    ("bad-count", lambda: train(epochs=0), "epochs is 0."),
    ("unknown-name", lambda: train(learn=("weight",)), "cannot learn weight."),
    ("unknown-name", lambda: train(learn=()), "cannot learn nothing."),
]


@pytest.mark.parametrize("code, call, words", BAD, ids=[f"{k} {code}" for k, (code, _, _) in enumerate(BAD)])
def test_refusals(code: str, call: Callable[[], object], words: str) -> None:
    with pytest.raises(InputError) as told:
        call()
    assert told.value.code == code and words in told.value.sentence
    assert told.value.remedy and "\n" not in str(told.value)
