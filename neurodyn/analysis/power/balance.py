"""The balance of energy along a run: what sources supplied is what is stored more than before, and what was dissipated.

The two powers are integrated beside the circuit, as states of their own, by the solver that runs it: what is off in the
balance is the error of the run, by a theorem of Tellegen, and none of a quadrature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.power.leaves import Leaf
from neurodyn.calculus.letters import names_in
from neurodyn.language.spell import spell
from neurodyn.model.model import Model
from neurodyn.system.system import System
from neurodyn.system.units import Units

Floats = NDArray[np.float64]
RTOL = 1e-8


@dataclass(frozen=True, eq=False)
class Balance:
    """Powers and energies along a run, in W and J where the circuit has units.

    Attributes:
        time: when.
        stored: the energy in all devices.
        supplied, dissipated: the powers of sources (and active devices), and of all others.
        residual: what is stored more than at the start, and was dissipated, less what was supplied.
        energies: by device the energy that it gave (a source, below 0 where it took some) or dissipated.
        rtol: the tolerance of the run.
    """

    time: Floats
    stored: Floats
    supplied: Floats
    dissipated: Floats
    residual: Floats
    energies: Mapping[str, float]
    rtol: float

    @property
    def off(self) -> float:
        """The largest residual, over the energy that was stored or went through."""
        through = max(np.ptp(self.stored), *(abs(e) for e in self.energies.values()), 0.0)
        return float(np.abs(self.residual).max() / through) if through else 0.0


def balance(
    system: System, devices: Sequence[tuple[Leaf, bool]], *, until: Any = None, rtol: float = RTOL, **asked: Any
) -> Balance:
    """Run a circuit, and account for its energy.

    Args:
        devices: its devices, each with whether its power counts as supplied.
        until, asked: as of `simulate`; by default the bench of the circuit.
        rtol: the tolerance, relative and, in units of scales, absolute too.
    """
    from neurodyn.simulation import simulate
    from neurodyn.system.build import build

    moving = [(leaf, gives) for leaf, gives in devices if leaf.dissipated() != 0]
    stores = [f"{leaf.name}.{leaf.model.energy}" for leaf, _ in devices if leaf.model.energy]
    model = _counting(system, moving, _scale(devices))
    counting = build(model, values=system.given, seed=system.seed)
    names = [f"{word}_{k}" for k in range(len(moving)) for word in ("power", "work")]
    end = system.model.bench.get("until") if until is None else until
    run = simulate(counting, until=end, record=[*stores, *names], rtol=rtol, atol=rtol, **asked)
    stored: Floats = np.asarray(sum((run[n].values for n in stores), np.zeros(run.time.size)))
    totals = {(word, gives): np.zeros(run.time.size) for word in ("power", "work") for gives in (True, False)}
    for k, (_, gives) in enumerate(moving):
        for word in ("power", "work"):
            totals[word, gives] += run[f"{word}_{k}"].values
    residual = stored - stored[0] + totals["work", False] - totals["work", True]
    energies = {leaf.name: float(run[f"work_{k}"].values[-1]) for k, (leaf, _) in enumerate(moving)}
    return Balance(run.time, stored, totals["power", True], totals["power", False], residual, energies, rtol)


def is_known(leaf: Leaf) -> bool:
    """Whether the dissipated power of a device follows from potentials, states and currents alone."""
    return names_in(leaf.dissipated()).isdisjoint(leaf.rates)


def _counting(system: System, moving: Sequence[tuple[Leaf, bool]], scale: float) -> Model:
    """The circuit, written out, with a power and the work that it does for each of the devices."""
    import tomlkit

    united = Units.of_model(system.model).active
    document: Any = tomlkit.parse(system.constrained.model.to_toml(expand=True))
    lines, states = [str(document.get("equations", ""))], document.setdefault("states", tomlkit.table())
    for k, (leaf, gives) in enumerate(moving):
        power = leaf.named(leaf.dissipated())
        lines += [f"power_{k} = {spell(-power if gives else power)}", f"dwork_{k}/dt = power_{k}"]
        states[f"work_{k}"] = {"start": 0, "scale": scale, **({"unit": "J"} if united else {})}
    document["equations"] = "\n".join(lines) + "\n"
    return Model.from_text(tomlkit.dumps(document), name=system.name)


def _scale(devices: Sequence[tuple[Leaf, bool]]) -> float:
    """What all devices store where each potential and current is 1 against 0: the energy that counts as one."""
    found = 0.0
    for leaf, _ in devices:
        first = {n: float(k == 0) for k, n in enumerate(sorted(names_in(leaf.stored) - leaf.values.keys()))}
        numbers = {x: {**leaf.values, **first}[str(x)] for x in leaf.stored.free_symbols}
        found += float(leaf.stored.subs(numbers))
    return found or 1.0
