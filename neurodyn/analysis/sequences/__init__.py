"""What theory says of sequence memories: errors of a unit, capacities, their limits; dwell times in `dwell`.

    from neurodyn.analysis import sequences
    sequences.transition_capacity(100, 2)                           # 361.9: the formula, for many units
    sequences.gaussian_capacity(100, 2, failure=0.1)                # where one transition in ten fails, at this size

Degrees are those of the separation function f(m) = m**d; None stands for the exponential one, exp((N - 1)*(m - 1)).
Source: Chaudhry, Zavatone-Veth, Krotov and Pehlevan 2023, arXiv:2306.04532.
"""

from neurodyn.analysis.sequences.crosstalk import crosstalk, flip_rate, gaussian_capacity
from neurodyn.analysis.sequences.formulas import (
    GROWTH,
    best_degree,
    bias_limit,
    mixed_capacity,
    mixed_factor,
    sequence_capacity,
    transition_capacity,
)
from neurodyn.analysis.sequences.recall import chance_overlap, expected_overlaps, least_overlap

__all__ = [
    "GROWTH",
    "best_degree",
    "bias_limit",
    "chance_overlap",
    "crosstalk",
    "expected_overlaps",
    "flip_rate",
    "gaussian_capacity",
    "least_overlap",
    "mixed_capacity",
    "mixed_factor",
    "sequence_capacity",
    "transition_capacity",
]
