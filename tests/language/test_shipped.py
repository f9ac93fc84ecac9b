"""Every shipped model and circuit against plain loops: each rate, new value, observable and derived parameter is what
its expression says, letter by letter, of the values of the names in it.
"""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.calculus.matrices import Basis
from neurodyn.program.lower import Output
from neurodyn.system.residual import rates
from neurodyn.system.structure import UNIT
from tests.models import test_laws, test_map_laws
from tests.models.past import earlier_values
from tests.program.reference import evaluate_array
from tests.sweeps import each

SIZES = {n: {**s, "Y": 20} if "Y" in s else s for n, s in {**test_laws.SMALL, **test_map_laws.SMALL}.items()}
NAMES = [e.name for e in neurodyn.library() if not e.device]
T = 0.3


def system_of(name: str) -> neurodyn.System:
    return neurodyn.build(name, sizes=SIZES.get(name), seed=3)


def variables(system: neurodyn.System) -> dict[str, np.ndarray | float]:
    """Time, states near their start, inputs, and numbers for all that whoever takes the steps supplies."""
    rng = np.random.default_rng(5)
    scale = 0.3 * system.layout.scales
    y = system.start() + scale * rng.standard_normal(system.layout.size)
    found = dict(system.layout.unpack(y)) | {n: s.on(T, T + 1e-3)(T) for n, s in system.signals.items()}
    found |= earlier_values(system)
    if system.model.discrete:
        found |= test_map_laws.given(system, None)
    found |= rates(system, rng.standard_normal(system.layout.size)) if system.structure.residuals else {}
    return found | ({UNIT: 1.0} if system.structure.asynchronous else {})


def over_pairs(system: neurodyn.System, name: str, value: np.ndarray | float) -> np.ndarray | float:
    """What lives on edges as an array over all pairs, 0 where there is no edge."""
    if name not in system.structure.on:
        return value
    wires = system.wirings[system.structure.on[name]]
    found = np.zeros(wires.shape)
    found[wires.ends] = value
    return found


@pytest.mark.parametrize("name", each(NAMES))
def test_by_loops(name: str) -> None:
    system = system_of(name)
    structure, given = system.structure, variables(system)
    varying = {n: d for n, d in structure.definitions.items() if n not in structure.derived}
    asked = {
        **varying,
        **{f"of {n}": d for part in (structure.flows, structure.maps, structure.residuals) for n, d in part.items()},
    }
    outputs = [Output(n, structure.placed(n, d.letters), d.expr) for n, d in asked.items()]
    found = system.bind(("loops",), outputs, False)(T, given)
    values = {**system.values, **given, **{n: found[n] for n in varying}, "t": T}
    values = {n: over_pairs(system, n, value) for n, value in values.items()}
    checked = {**{n: structure.definitions[n] for n in structure.derived}, **asked}
    for n, definition in checked.items():
        if definition.expr.has(Basis):  # many bases span the same space: test_matrices.py says what this one keeps
            continue
        by_hand, largest = evaluate_array(definition.expr, definition.letters, values, system.sizes)
        compiled = system.values[n] if n in structure.derived else found[n]
        np.testing.assert_allclose(compiled, by_hand, rtol=1e-9, atol=1e-12 * (1 + largest), err_msg=n)
