"""A result on one screen, as text and as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.results import reduced
from neurodyn.results.events import event_names, events, sampled
from neurodyn.results.spiking import in_short
from neurodyn.results.trains import trains
from neurodyn.results.trials import tracks

if TYPE_CHECKING:
    from neurodyn.results.result import Result

MOST_ROWS = 16


def describe(result: Result) -> dict[str, Any]:
    """What was run, how it ended, and the range of every variable; numbers that are not finite become None."""
    recipe = result.recipe
    told = ("backend", "method", "dt", "target", "storage", "rtol", "atol", "t0", "until", "trials", "seed")
    return {
        "model": recipe.get("model", {}).get("name"),
        "summary": result.dataset.attrs.get("title"),
        "status": result.status,
        "code": result.code,
        "message": result.message,
        **{name: recipe.get(name) for name in told},
        "sizes": recipe.get("sizes", {}),
        "notes": recipe.get("notes", {}),
        "products": recipe.get("scheme", {}).get("products", []),
        "reached": _number(result.arrays.get("end", {}).get("t", np.nan)),
        "times": int(result.time.size),
        "time_unit": result.dataset["time"].attrs.get("unit", ""),
        "counts": dict(result.counts),
        "variables": {str(name): _variable(result, str(name)) for name in sampled(result.dataset)},
        "events": {name: _event(result, name) for name in event_names(result.dataset)},
        "reduced": reduced.facts(result.dataset),
        "energy": _energy(result),
        "stopped": _stopped(result),
    }


def _event(result: Result, name: str) -> dict[str, Any]:
    found, data = events(result.dataset, name), result.dataset[name]
    span = [_number(found.time.min()), _number(found.time.max())] if len(found) else [None, None]
    shape = [int(size) for size in np.atleast_1d(data.attrs["shape"])]
    told = {"about": data.attrs.get("about", ""), "units": int(np.prod(shape)), "count": len(found)}
    return told | {"first": span[0], "last": span[1]} | in_short(trains(result, name))


def _stopped(result: Result) -> list[dict[str, Any]]:
    """The trials that did not come to their end."""
    data = result.dataset
    if "status" not in data.coords:
        return []
    columns = [data[name].values.tolist() for name in ("trial", "status", "stop_time", "message")]
    rows = [dict(zip(("trial", "status", "t", "message"), row, strict=True)) for row in zip(*columns, strict=True)]
    return [row for row in rows if row["status"] not in ("done", "settled")]


def _variable(result: Result, name: str) -> dict[str, Any]:
    data = result.dataset[name]
    shape = {str(dim): size for dim, size in data.sizes.items() if dim not in ("time", "sample")}
    told = {"role": data.attrs.get("role"), "about": data.attrs.get("about", ""), "shape": shape}
    told["unit"] = data.attrs.get("unit", "")
    found = [np.asarray(values, dtype=float) for _, values in tracks(result.dataset, name) if values.size]
    if not found:
        return told | {"min": None, "max": None, "end": None}
    ends = [values[-1] for values in found]
    low, high = (_number(f([f(end) for end in ends])) for f in (np.min, np.max))
    span = low if len(ends) == 1 and ends[0].ndim == 0 else [low, high]
    return told | {
        "min": _number(np.min([values.min() for values in found])),
        "max": _number(np.max([values.max() for values in found])),
        "end": span,
    }


def _energy(result: Result) -> dict[str, Any] | None:
    """The energy at both ends, with trials a list; and the most it rose from one saved time to the next."""
    data = result.energy
    if data is None or not data.size:
        return None
    found = [pair for pair in tracks(result.dataset, str(data.name)) if pair[1].size]
    start, end = ([_number(values[k]) for _, values in found] for k in (0, -1))
    # Across an edge the input changes, and the energy with it: that is no rise along the flow.
    rises = np.concatenate([np.diff(values)[np.diff(time) != 0] for time, values in found])
    ends = (start, end) if "trial" in result.dataset.dims else (start[0], end[0])
    largest = _number(max(0.0, rises.max())) if rises.size else 0.0
    return {"name": str(data.name), "start": ends[0], "end": ends[1], "largest_rise": largest}


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def as_text(result: Result) -> str:
    """One screen of text."""
    facts = describe(result)
    lines = [f"{facts['model']}: {facts['summary']}" if facts["summary"] != facts["model"] else str(facts["model"])]
    lines.append(_ending(facts))
    lines.append(_engine(facts))
    lines += ["", *_table(facts["variables"])] if facts["variables"] else []
    lines += _events_lines(facts)
    lines += _reduced_lines(facts)
    if facts["energy"]:
        lines += ["", _energy_line(facts["energy"])]
    lines += [f"{name}: {note}" for name, notes in facts["notes"].items() for note in notes]
    lines += [f"products with a matrix of {told}" for told in facts["products"]]
    return "\n".join(lines)


def _ending(facts: dict[str, Any]) -> str:
    sizes = "".join(f", {name} = {size}" for name, size in facts["sizes"].items())
    trials = f", {facts['trials']} trials" if facts["trials"] else ""
    is_map = facts["time_unit"] == "steps"
    ends = f"{_short(facts['t0'])} to {_short(facts['until'])}"
    span = f"steps {ends}" if is_map else f"t = {ends}{' s' * bool(facts['time_unit'])}"
    text = f"{facts['status']}: {span}, {facts['times']} times saved{trials}{sizes}"
    if facts["stopped"] and len(facts["stopped"]) < facts["trials"]:
        text += f"; {len(facts['stopped'])} of the trials ended early"
    return f"{text}\n{facts['message']}" if facts["message"] else text


def _engine(facts: dict[str, Any]) -> str:
    counts = facts["counts"]
    words = {"steps": "step", "rhs": "evaluation", "jacobian": "Jacobian", "restarts": "restart", "events": "event"}
    work = ", ".join(f"{counts[k]} {word}{'s' * (counts[k] != 1)}" for k, word in words.items() if counts.get(k))
    if facts["rtol"] is None:
        step = "" if facts["dt"] is None else f", dt {_short(facts['dt'])}"
        place = f" on {facts['target']}" if facts["target"] else ""
        return f"{facts['backend']} {facts['method']}{place}{step}: {work}"
    return f"{facts['backend']} {facts['method']}, rtol {_short(facts['rtol'])}, atol {_short(facts['atol'])}: {work}"


def _table(variables: dict[str, Any]) -> list[str]:
    rows = [("", "", "", "min", "max", "end")]
    for name, facts in list(variables.items())[:MOST_ROWS]:
        shape = "x".join(str(size) for size in facts["shape"].values())
        end = facts["end"]
        span = f"{_short(end[0])} to {_short(end[1])}" if isinstance(end, list) else _short(end)
        rows.append(
            (
                f"{name} ({shape})" if shape else name,
                str(facts["role"]),
                str(facts["unit"]),
                _short(facts["min"]),
                _short(facts["max"]),
                span,
            )
        )
    kept = [column for k, column in enumerate(zip(*rows, strict=True)) if k != 2 or any(column)]
    widths = [max(map(len, column)) for column in kept]
    cells = zip(*kept, strict=True)
    lines = ["  ".join(c.ljust(width) for c, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    left = len(variables) - MOST_ROWS
    return [*lines, f"and {left} more"] if left > 0 else lines


def _events_lines(facts: dict[str, Any]) -> list[str]:
    found = []
    for name, told in facts["events"].items():
        units = f" of {told['units']} units" if told["units"] > 1 else ""
        span = f", from t = {_short(told['first'])} to {_short(told['last'])}" if told["count"] else ""
        found.append(f"event {name}: {told['count']} times{units}{span}")
        found += [f"  {_spiking(told)}"] if told["count"] else []
    return ["", *found] if found else []


def _reduced_lines(facts: dict[str, Any]) -> list[str]:
    found = []
    for name, told in facts["reduced"].items():
        least, mean, most = (_short(told[key]) for key in ("min", "mean", "max"))
        values = mean if least == most else f"{least} to {most}, mean {mean}"
        unit = f" {told['unit']}" if told["unit"] else ""
        left = f" ({told['without']} without)" if told["without"] and told["min"] is not None else ""
        found.append(f"{name} = {told['of']}: {values}{unit}{left}")
    return ["", *found] if found else []


def _spiking(told: dict[str, Any]) -> str:
    """Rate, regularity and synchrony, as far as they are defined."""
    low, mean, high = (_short(told["rates"][key]) for key in ("least", "mean", "greatest"))
    unit = f" {told['rate_unit']}" if told["rate_unit"] else " per time"
    text = f"rate {mean}{unit}" + (f" ({low} to {high})" if told["units"] > 1 else "")
    trains = f" over {told['cv_trains']} trains" if told["units"] > 1 else ""
    text += "" if told["cv"] is None else f", CV {told['cv']:.2f}{trains}"
    if told["synchrony"] is not None:
        text += f", synchrony {told['synchrony']:.2f} in bins of {_short(told['bin'])}{' s' * bool(told['rate_unit'])}"
    return text


def _energy_line(energy: dict[str, Any]) -> str:
    start, end = energy["start"], energy["end"]
    if isinstance(start, list):
        start, end = np.mean(np.array(start, dtype=float)), np.mean(np.array(end, dtype=float))
    which = " (mean of the trials)" if isinstance(energy["start"], list) else ""
    rise = _short(energy["largest_rise"])
    return f"energy {energy['name']}{which}: {_short(start)} -> {_short(end)}, largest rise between saved times {rise}"


def _short(value: Any) -> str:
    return "-" if value is None else f"{float(value):.5g}"
