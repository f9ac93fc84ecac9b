"""Motifs of habituation: the hallmarks, each by a motif that shows it.

The hallmarks are numbered as by Rankin et al. (2009); the settings are those of Smart et al. (2024).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.habituation import peaks, rise_time
from neurodyn.model.families import chain
from neurodyn.results.result import Result
from neurodyn.studies import spikes
from neurodyn.studies.framework.claims import Claim, close
from neurodyn.studies.framework.panels import Curve, Panel, as_dataset, as_outcome, from_outcome
from neurodyn.studies.framework.report import Picture, Report
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Study, Work, run
from neurodyn.system.build import build

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """Nothing: the settings are those of the sources."""


TITLE = "Hallmarks of habituation, each by a motif that shows it"


def _measured(work: Work, settings: Settings) -> Report:
    found = work.parts({name: partial(as_outcome, panel) for name, panel in _PANELS.items()})
    panels = tuple(from_outcome(outcome) for outcome in found.values())
    table = Table("Motifs", ("hallmark", "measured"), [(p.title, p.note) for p in panels])
    picture = Picture(f"{TITLE}; settings are those of Smart et al. 2024.", partial(_drawn, panels))
    data = work.result(as_dataset(panels))
    facts = {"panels": {p.title: p.to_json() for p in panels}}
    return Report(work.name, TITLE, _claims(panels), {"overview": picture}, data, tables=(table,), facts=facts)


def _claims(panels: Sequence[Panel]) -> tuple[Claim, ...]:
    """What the sources say of the motifs, and the order that a hallmark means."""
    single, chain = _named(panels, "H4: frequent stimuli, deeper"), _named(panels, "H4: and sooner recovered").values
    rows = [
        close(f"20th response of a unit / first, period {t}", y, _closed_form(t, 20), within=1e-4)
        for t, y in zip(_PERIODS, _last(single), strict=True)
    ]
    rows += [
        close(f"time in which a chain recovers, period {t}", y, known, relative=0.02)
        for t, y, known in zip(_PERIODS, chain, (70.5, 92.4, 104.5), strict=True)
    ]
    weak = _last(_named(panels, "H5: weak stimuli, deeper"))
    rows += [
        close(f"response left of an inverter, height {a}", y, known, relative=0.005)
        for a, y, known in zip((1, 5, 10), weak, (0.2309, 0.6700, 0.8845), strict=True)
    ]
    return tuple(rows)


def _closed_form(period: float, count: int, alpha: float = 0.1, height: float = 10) -> float:
    """The last response of the Hill unit to `count` stimuli, as part of the first: its memory is linear."""
    q, on = np.exp(-alpha * period), np.exp(-alpha * 0.1)
    high = 0.2 * height * (1 - on) / alpha * (1 - q ** (count - 1)) / (1 - q)
    return float(1 / (1 + (high * q / on) ** 2))


def _named(panels: Sequence[Panel], title: str) -> Panel:
    return next(p for p in panels if p.title == title)


def _last(panel: Panel) -> list[float]:
    return [float(c.y[-1]) for c in panel.lines]


def _drawn(panels: Sequence[Panel]) -> Any:
    from neurodyn.plots.panels import draw_panels

    return draw_panels(panels, TITLE)


def _train(height: float, period: float = 1, duty: float = 0.1, count: int = 0) -> str:
    """Pulses at the end of their periods."""
    return f"pulses({height}, period={period}, duty={duty}, phase={1 - duty}" + (f", count={count})" if count else ")")


def _run(model: Any, until: float, record: Sequence[str] = ("y",), **values: Any) -> Result:
    return run(build(model, **values), until=until, record=record, rtol=1e-8, atol=1e-10)


def _peaks(model: Any, count: int, period: float = 1, **values: Any) -> Array:
    found = _run(model, count * period, **values)
    return peaks(found["time"], found["y"], period=period, count=count)


def _series(model: str, length: int, rest: int) -> list[Array]:
    """The peaks of the three series of stimuli that the model's own bench holds."""
    whole = length + rest
    found = _peaks(model, 3 * whole)
    return [found[k : k + length] for k in range(0, 3 * whole, whole)]


def _numbered(heights: dict[str, Array]) -> tuple[Curve, ...]:
    return tuple(Curve(label, np.arange(1, len(y) + 1, dtype=np.float64), y) for label, y in heights.items())


def _depths(heights: dict[str, Array]) -> str:
    return "falls to " + ", ".join(f"{y[-1] / y[0]:.0%}" for y in heights.values())


def _h1() -> Panel:
    found = _series("habituation", 5, 10)
    note = f"falls to {found[0][-1] / found[0][0]:.0%}, comes back to {found[1][0] / found[0][0]:.0%}"
    curves = _numbered({f"series {k + 1}": y for k, y in enumerate(found)})
    return Panel("H1, H2: decrement and recovery", note, ("stimulus", "response"), curves)


def _h3() -> Panel:
    found = _series("habituation_tanh_gate", 15, 15)
    note = "sixth response " + ", ".join(f"{y[5]:.2f}" for y in found)
    curves = _numbered({f"series {k + 1}": y for k, y in enumerate(found)})
    return Panel("H3: series after series", note, ("stimulus", "response"), curves)


_PERIODS = (1, 2, 5)


def _h4() -> Panel:
    found = {f"period {t}": _peaks("habituation", 20, t, beta=0.2, u=_train(10, t, 0.1 / t)) / 10 for t in _PERIODS}
    return Panel("H4: frequent stimuli, deeper", _depths(found), ("stimulus", "response / first"), _numbered(found))


def _h4_recovery() -> Panel:
    curves, times = [], []
    for period in _PERIODS:
        stimuli = _train(10, period, 0.1 / period, 60 // period)
        model = chain(2, alpha=[0.2, 0.02], beta=[1, 0.5], u=stimuli)
        found = _run(model, 180, ["strength"])
        time, strength = found["time"].values, found["strength"].values / 10
        times.append(rise_time(time, strength, 0.95, 60))
        curves.append(Curve(f"period {period}", time[time >= 60] - 60, strength[time >= 60]))
    note = "a chain of two is back at 95% after " + ", ".join(f"{t:.0f}" for t in times)
    axes = ("time since the last", "strength / first")
    return Panel("H4: and sooner recovered", note, axes, tuple(curves), tuple(times))


def _h5(model: str, title: str, heights: Sequence[float]) -> Panel:
    found = {f"height {a}": _peaks(model, 30, u=_train(a)) for a in heights}
    relative = {label: y / y[0] for label, y in found.items()}
    return Panel(title, _depths(found), ("stimulus", "response / first"), _numbered(relative))


def _h6() -> Panel:
    curves, gaps = [], []
    for count in (4, 20):
        system = build("habituation_relu", u=_train(10, count=count))
        found = run(system, until=count + 60, record=["x"], rtol=1e-8, atol=1e-10)
        time, answer = found["time"].values, system.observe(["y"], trials=True)
        strength = answer(0.0, found["x"].values[:, None], {"u": np.float64(10)})["y"] / 10
        gaps.append(rise_time(time, strength, 0.8, count))
        curves.append(Curve(f"after {count}", time[time >= count] - count, strength[time >= count]))
    note = "silent stimuli count: 80% after " + ", ".join(f"{g:.0f}" for g in gaps)
    return Panel("H6: beyond the last response", note, ("time since the last", "strength / first"), tuple(curves))


def _restored(model: str, title: str, count: int, seconds: Sequence[float]) -> Panel:
    found = _peaks(model, count)
    note = "restored to " + ", ".join(f"{found[int(t)]:.1f}" for t in seconds)
    curve = Curve("response", np.arange(count, dtype=np.float64) + 0.9, found)
    return Panel(title, note, ("time", "response"), (curve,), marks=tuple(t + 0.5 for t in seconds))


_COUNTED = ("stimulus", "spikes of a motor neuron")


def _spikes_series() -> Panel:
    found = spikes.series()
    note = f"falls to {found[0][-1] / found[0][0]:.0%}, comes back to {found[1][0] / found[0][0]:.0%}"
    curves = _numbered({f"series {k + 1}": y for k, y in enumerate(found)})
    return Panel("Spikes, H1 to H3: tired synapses", note, _COUNTED, curves)


def _spikes_h4() -> Panel:
    found = {f"period {t} s": spikes.answers(spikes.stimuli(t), 16, t) for t in (0.5, 1, 2)}
    return Panel("Spikes, H4: frequent stimuli, deeper", _depths(found), _COUNTED, _numbered(found))


def _spikes_h7() -> Panel:
    first, other = (spikes.during(*span) for span in ((0, 6), (6, 8)))
    found = spikes.answers(f"{spikes.stimuli()}*{first} + {spikes.stimuli(sense=1)}*{other}", 16)
    parts = {"one sense": (0, 12), "another": (12, 16)}
    at = np.arange(1, 17, dtype=np.float64)
    curves = tuple(Curve(label, at[a:b], found[a:b]) for label, (a, b) in parts.items())
    note = f"another sense is answered with {found[12] / found[0]:.0%}"
    return Panel("Spikes, H7: no other sense is habituated", note, _COUNTED, curves)


_PANELS: dict[str, Callable[[], Panel]] = {
    "H1, H2": _h1,
    "H3": _h3,
    "H4": _h4,
    "H4, recovery": _h4_recovery,
    "H5, inverter": lambda: _h5("habituation_inverter", "H5: weak stimuli, deeper", (1, 5, 10)),
    "H5, diode": lambda: _h5("habituation_diode", "H5: the diode circuit", (5, 6, 9)),
    "H6": _h6,
    "H8": lambda: _restored("habituation_gated_decay", "H8: dishabituation", 30, (15,)),
    "H9": lambda: _restored("habituation_second_order", "H9: which wears off", 90, range(15, 80, 12)),
    "spikes, H1 to H3": _spikes_series,
    "spikes, H4": _spikes_h4,
    "spikes, H7": _spikes_h7,
}

STUDY = Study(_measured, Settings, quick={})
