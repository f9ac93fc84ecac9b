"""A system in our engine and in ngspice, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.exports.spice.circuit import to_spice
from neurodyn.exports.spice.netlist import Netlist
from neurodyn.exports.spice.run import TIMEOUT, run_ngspice
from neurodyn.exports.spice.settings import Time
from neurodyn.model.model import Model
from neurodyn.results.display import drawn
from neurodyn.simulation import simulate
from neurodyn.system.system import System

if TYPE_CHECKING:
    from xarray import Dataset

    from neurodyn.results.result import Result

Floats = NDArray[np.float64]
# Of the greatest swing of its unit (of a bare number, of one), so little that a quantity counts as still.
STILL = 1e-3


@dataclass(frozen=True, eq=False)
class Waveform:
    """One quantity in both, in SI units, at the times of ngspice.

    Attributes:
        swing: from its least to its greatest value in ours; of one that stands still, its magnitude, or that of the
            greatest swing of its unit if it is larger.
        difference: the greatest difference over the swing, and `at`, when it is met.
    """

    name: str
    unit: str
    ours: Floats
    theirs: Floats
    swing: float
    difference: float
    at: float


@dataclass(frozen=True, eq=False)
class Times:
    """When a unit of an event happened, in both."""

    name: str
    ours: Floats
    theirs: Floats

    @property
    def difference(self) -> float:
        """How far the times are apart at most; infinite if one has more of them."""
        if len(self.ours) != len(self.theirs):
            return np.inf
        return float(np.abs(self.ours - self.theirs).max(initial=0.0))


@dataclass(frozen=True, eq=False)
class Comparison:
    """Waveforms of a netlist beside ours, which may be late or early by `slack`, and times of events."""

    netlist: Netlist
    time: Floats
    slack: float
    waveforms: Mapping[str, Waveform]
    events: Mapping[str, Times]

    @property
    def difference(self) -> float:
        """The greatest difference of any quantity, over its swing."""
        return max(w.difference for w in self.waveforms.values())

    def summary(self) -> str:
        """One screen: the greatest difference of each quantity."""
        system = self.netlist.system
        within = f", within {self.slack:.3g} s" if self.slack else ""
        head = f"{system.name}: ours beside ngspice at {len(self.time):,} times{within}"
        rows = [("", "swing", "difference", "of the swing", "at")]
        for w in self.waveforms.values():
            values = (f"{w.swing:.4g} {w.unit}", f"{w.difference * w.swing:.2g} {w.unit}", f"{w.difference:.1e}")
            rows.append((w.name, *values, f"{w.at:.4g}"))
        widths = [max(len(row[k]) for row in rows) for k in range(5)]
        lines = ["  ".join(word.ljust(n) for word, n in zip(row, widths, strict=True)).rstrip() for row in rows]
        for e in self.events.values():
            lines.append(f"{e.name}: {len(e.ours)} and {len(e.theirs)} times, at most {e.difference:.2g} s apart")
        return "\n".join([head, *(f"note: {note}" for note in self.netlist.notes), *lines])

    def to_json(self) -> dict[str, Any]:
        """For other programs."""
        waves = {
            w.name: {"unit": w.unit, "swing": w.swing, "difference": w.difference, "at": w.at}
            for w in self.waveforms.values()
        }
        return {
            "name": self.netlist.system.name,
            "times": len(self.time),
            "slack": self.slack,
            "difference": self.difference,
            "notes": list(self.netlist.notes),
            "waveforms": waves,
            "events": {e.name: {"ours": e.ours.tolist(), "theirs": e.theirs.tolist()} for e in self.events.values()},
        }

    def plot(self) -> Any:
        """The waveforms of both, and their difference."""
        return drawn("waveforms", self)


def compare_with_ngspice(
    system: System | Model | str,
    *,
    until: Time = None,
    start: Mapping[str, Any] | None = None,
    edge: Time = None,
    step: Time = None,
    spice_rtol: float = 1e-6,
    own_equations: bool = False,
    rtol: float = 1e-9,
    atol: float = 1e-11,
    backend: str | None = None,
    method: str | None = None,
    timeout: float = TIMEOUT,
    points: int | None = None,
    slack: Time = None,
) -> Comparison:
    """Run a system in our engine and in ngspice, with inputs whose edges take the same time.

    Args:
        until, start, edge, step, own_equations, spice_rtol: as in `to_spice`, whose `rtol` is the last.
        rtol, atol, backend, method: of our run.
        timeout: of ngspice, in seconds.
        points: compare at about so many of the times of ngspice; by default at all of them.
        slack: let each value of ngspice be compared with what ours is within so long before and after. Where spikes
            are steep, a difference of their times is none of the waveforms.

    Raises:
        InputError: for what has no form in a netlist, and where ngspice is not installed.
        RunFailed: where one of the two fails.
    """
    netlist = to_spice(
        system, until=until, start=start, edge=edge, step=step, rtol=spice_rtol, own_equations=own_equations
    )
    theirs = run_ngspice(netlist, timeout=timeout)
    system, edges = netlist.system, netlist.edges
    time = np.minimum(theirs["time"].values, edges.t1)
    kept = _kept(time, points)
    time = time[kept]
    names = list(dict.fromkeys(w.partition("[")[0] for w in (*netlist.waves, *netlist.events)))
    result = simulate(
        system, t0=edges.t0, until=edges.t1, start=start, inputs=netlist.signals, save_at=time,
        record=names, backend=backend, method=method, rtol=rtol, atol=atol,
    )  # fmt: skip
    ours = result.dataset
    found = {}
    for wave in netlist.waves:
        name = wave.partition("[")[0]
        values = np.asarray(ours[name].transpose("time", ...).values, dtype=float).reshape(len(time), -1)
        place = [w for w in netlist.waves if w.partition("[")[0] == name].index(wave)
        found[wave] = (str(ours[name].attrs.get("unit", "")), values[:, place], theirs[wave].values[kept])
    late = 0.0 if slack is None else system.time("slack", slack)
    return Comparison(netlist, time, late, _waveforms(time, late, found), _times(netlist, result, theirs))


def _kept(time: Floats, points: int | None) -> NDArray[np.intp]:
    """Which times are compared: each once, or about so many."""
    kept = np.flatnonzero(np.concatenate([np.diff(time) > 0, [True]]))
    return kept[:: max(1, len(kept) // points)] if points else kept


def _times(netlist: Netlist, result: Result, theirs: Dataset) -> dict[str, Times]:
    """When each unit of each event happened."""
    found, clock = {}, theirs["time"].values
    for wave in netlist.events:
        name = wave.partition("[")[0]
        place = [w for w in netlist.events if w.partition("[")[0] == name].index(wave)
        trains = result.trains(name)
        closed = theirs[wave].values > 0.5
        begun = np.flatnonzero(closed & ~np.concatenate([[False], closed[:-1]]))
        found[wave] = Times(wave, np.sort(trains.time[trains.unit == place]), clock[begun])
    return found


def _waveforms(time: Floats, slack: float, found: Mapping[str, tuple[str, Floats, Floats]]) -> dict[str, Waveform]:
    """Each quantity with its greatest difference."""
    largest = {"": 1.0}
    for unit, ours, _ in found.values():
        largest[unit] = max(largest.get(unit, 0.0), float(np.ptp(ours)))
    waves = {}
    for name, (unit, ours, theirs) in found.items():
        swing = float(np.ptp(ours))
        if swing <= STILL * largest[unit]:
            swing = max(largest[unit], float(np.abs(ours).max())) or 1.0
        low, high = tube(time, ours, slack)
        apart = np.maximum(np.maximum(theirs - high, low - theirs), 0.0)
        worst = int(np.argmax(apart))
        waves[name] = Waveform(name, unit, ours, theirs, swing, float(apart[worst]) / swing, float(time[worst]))
    return waves


def tube(time: Floats, values: Floats, slack: float) -> tuple[Floats, Floats]:
    """The least and the greatest value of a polygon within so long of each of its times."""
    first = np.searchsorted(time, time - slack)
    last = np.searchsorted(time, time + slack, side="right")
    ends = np.stack([np.interp(time + shift, time, values) for shift in (-slack, slack)])
    inside = zip(first.tolist(), last.tolist(), strict=True)
    own = np.array([(values[a:b].min(), values[a:b].max()) for a, b in inside]).T
    return np.minimum(own[0], ends.min(axis=0)), np.maximum(own[1], ends.max(axis=0))
