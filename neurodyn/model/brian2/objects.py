"""What users of Brian2 have at hand: text and values, or `Equations`, which are known by what they offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import index
from typing import Any, NoReturn

from neurodyn.errors import InputError
from neurodyn.language.units import SECOND
from neurodyn.model.brian2.values import measured, quantity_text

_METHODS = ("exact", "linear", "exponential_euler", "euler", "rk2", "rk4")
_OF_NOISE = ("heun", "milstein")
_BASE = {
    "mass": "kilogram", "length": "metre", "time": "second", "current": "ampere", "temperature": "kelvin",
    "substance": "mole", "luminosity": "candle",
}  # fmt: skip
STEP = "0.1 ms"  # Brian2's own length of a step


@dataclass(frozen=True)
class Given:
    """What a group of Brian2 is made of.

    Attributes:
        events: by name, the condition and the statements of further events.
        start: by name, the first value of a state or the value of a parameter.
        bench: how it was to be run.
    """

    equations: str
    threshold: str | None = None
    reset: str | None = None
    refractory: Any = None
    events: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    namespace: Mapping[str, Any] = field(default_factory=dict)
    start: Mapping[str, Any] = field(default_factory=dict)
    size: int | None = None
    bench: Mapping[str, Any] = field(default_factory=dict)


def given_as(
    equations: Any, *, namespace: Any = None, start: Any = None, size: Any = None, method: Any = None, dt: Any = None,
    **said: Any,
) -> Given:  # fmt: skip
    """What was given, each of its type.

    Args:
        said: threshold, reset, refractory and events.
    """
    said = {word: said.get(word) for word in ("threshold", "reset", "refractory", "events")}
    if hasattr(equations, "user_equations"):
        said = _of_group(equations, namespace, start, size, said)
        method = method or (equations.method_choice if isinstance(equations.method_choice, str) else None)
    else:
        said |= {"equations": equations, "namespace": namespace, "start": start, "size": size}
    for name in ("threshold", "reset"):
        if said[name] is not None and not isinstance(said[name], str):
            _refuse(f"{name} is {said[name]!r}.", "Give Brian2's text.")
    for name in ("events", "namespace", "start"):
        if said[name] is not None and not isinstance(said[name], Mapping):
            _refuse(f"{name} is no mapping from names.", f"Give {name}={{...}}.")
    if said["reset"] is not None and said["threshold"] is None:
        _refuse("A reset is given, and no threshold.", 'Give, say, threshold="v > v_th".')
    if not isinstance(said["equations"], str):
        said["equations"] = _text(said["equations"])
    said |= {name: said[name] or {} for name in ("events", "namespace", "start")}
    said["events"] = {name: _event(name, told) for name, told in said["events"].items()}
    said["size"] = _size(said["size"])
    return Given(**said, bench=_bench(method, dt))


def _text(equations: Any) -> str:
    """The text of Brian2's `Equations`, which are a mapping from names to equations."""
    rows = list(equations.values()) if isinstance(equations, Mapping) else []
    if not rows or not all(hasattr(one, "varname") for one in rows):
        _refuse("The equations are neither text, nor Equations or a NeuronGroup of Brian2.", "Give their text.")
    return "\n".join(_line(one) for one in rows)


def _line(one: Any) -> str:
    left = f"d{one.varname}/dt" if one.type == "differential equation" else one.varname
    right = "" if one.expr is None else f" = {one.expr.code}"
    unit = one.var_type if one.var_type in ("boolean", "integer") else _unit(one.dim)
    flags = f" ({', '.join(one.flags)})" if one.flags else ""
    return f"{left}{right} : {unit}{flags}"


def _unit(dimension: Any) -> str:
    powers = ((word, dimension.get_dimension(kind)) for kind, word in _BASE.items())
    return "*".join(f"{word}**{power}" for word, power in powers if power) or "1"


def _event(name: str, told: Any) -> tuple[str, str]:
    """The condition of an event, and its statements where it has some."""
    parts = (told,) if isinstance(told, str) else tuple(told) if isinstance(told, (list, tuple)) else ()
    if len(parts) not in (1, 2) or not all(isinstance(part, str) for part in parts):
        _refuse(f"The event {name} is no condition.", f'Give events={{"{name}": ("v > 1", "v = 0")}}.')
    return parts[0], parts[1] if len(parts) == 2 else ""


def _bench(method: Any, dt: Any) -> dict[str, Any]:
    """How the model runs when nothing else is said: Brian2's methods are those of the backend `fixed`."""
    if method is not None and method not in _METHODS and method not in _OF_NOISE:
        _refuse(f"There is no method {method!r} here.", f"Methods: {', '.join([*_METHODS, *_OF_NOISE])}.")
    if method is None and dt is None:
        return {}
    if method in _OF_NOISE:
        return {"method": method, "dt": _time(dt)}
    named = {} if method is None else {"method": "exact" if method == "linear" else method}
    return {"backend": "fixed", **named, "dt": _time(dt)}


def _time(dt: Any) -> str:
    if dt is None or isinstance(dt, str):
        return dt or STEP
    number, unit = measured("dt", dt)
    if unit is None or not unit.fits(SECOND):
        _refuse(f"dt is {dt!r}, which is no time.", "Give, say, 0.1*brian2.ms.")
    return quantity_text(number, unit)


def _of_group(group: Any, namespace: Any, start: Any, size: Any, told: dict[str, Any]) -> dict[str, Any]:
    """What a NeuronGroup says, where nothing else was given."""
    if any(type(one).__name__ == "CodeRunner" for one in group.contained_objects):
        _refuse(f"{group.name} runs code regularly, which is not read.", "Give its equations in place of the group.")
    events, codes = dict(group.events), dict(group.event_codes)
    threshold, reset = events.pop("spike", None), codes.pop("spike", None)
    if told["events"] is None:
        told["events"] = {name: (condition, codes.get(name, "")) for name, condition in events.items()}
    mine = {"threshold": threshold, "reset": reset or None, "refractory": group._refractory}
    found = told | {name: value for name, value in mine.items() if told[name] is None}
    count = int(group.N)
    kept = [one.varname for one in group.user_equations.values() if one.type != "subexpression"]
    values = {name: _same(value) for name, value in group.get_states(kept).items()}
    found |= {"namespace": {**group.namespace, **(namespace or {})}, "start": {**values, **(start or {})}}
    return found | {"equations": group.user_equations, "size": size or (count if count > 1 else None)}


def _size(size: Any) -> int | None:
    try:
        whole = None if size is None else index(size)
    except TypeError:
        whole = 0
    if isinstance(size, bool) or (whole is not None and whole < 1):
        _refuse(f"size is {size!r}, no number of units.", "Give size=100, or none.")
    return whole


def _same(values: Any) -> Any:
    """One value where all are equal."""
    flat = values.reshape(-1)
    return flat[0] if (flat == flat[0]).all() else values


def _refuse(sentence: str, remedy: str) -> NoReturn:
    raise InputError(sentence, code="brian2-given", remedy=remedy)
