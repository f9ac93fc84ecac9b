"""Models whose shape is computed: functions that return a `Model`, and the table by which a file may name one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, signature
from typing import Any

from neurodyn.errors import InputError, Place
from neurodyn.language.names import near
from neurodyn.model.model import Model
from neurodyn.model.random_features import random_features

LONGEST = 1000  # units of a chain: each is an equation of its own

# A chain's unit: its response to the input {u} with the memory x_{k}; and the whole chain's, with frozen memories.
_UNITS: dict[str, tuple[str, Callable[[int], str]]] = {
    "hill": (
        "{u}/(1 + x_{k}**n)",
        lambda n: "A/(" + "*".join(f"(1 + x_{k}**n)" for k in range(1, n + 1)) + ")",
    ),
    "relu": (
        "max({u} - x_{k}, 0)",
        lambda n: "max(A - " + " - ".join(f"x_{k}" for k in range(1, n + 1)) + ", 0)",
    ),
}


def chain(
    n: int = 2,
    unit: str = "hill",
    alpha: float | Sequence[float] = 0.1,
    beta: float | Sequence[float] = 0.2,
    exponent: float = 2,
    amplitude: float = 10,
    u: str = "pulses(10, period=1, duty=0.1, phase=0.9, count=60)",
    **described: Any,
) -> Model:
    """Habituation units in a row, each of which hears the response of the one before it.

    Args:
        n: how many.
        unit: `hill` divides its input by 1 + x**exponent, `relu` passes what exceeds x.
        alpha, beta: forgetting and uptake rates: one number for all units, or one for each.
        amplitude: of the stimulus to which `strength` would be the response at that moment.
        u: the stimulus.
        **described: name, summary, references, theme and bench of the model.

    Raises:
        InputError: for a length, unit or rate that has no meaning.
    """
    _check_chain(n, unit)
    response, strength = _UNITS[unit]
    numbers = range(1, n + 1)
    heard = ["u", *(f"y_{k}" for k in numbers[:-1])]
    said = [*heard[1:], "y"]
    equations = [f"dx_{k}/dt = beta_{k}*{heard[k - 1]} - alpha_{k}*x_{k}" for k in numbers]
    equations += [f"{said[k - 1]} = {response.format(u=heard[k - 1], k=k)}" for k in numbers]
    parameters: dict[str, Any] = {}
    for name, value, about in (("alpha", alpha, "forgetting rate"), ("beta", beta, "uptake rate")):
        for k, rate in zip(numbers, _rates(name, value, n), strict=True):
            parameters[f"{name}_{k}"] = {"value": rate, "given": f"{name}_{k} > 0", "about": f"{about} of unit {k}"}
    if unit == "hill":
        parameters["n"] = {"value": exponent, "about": "Hill exponent"}
    parameters["A"] = {"value": amplitude, "about": "amplitude of the stimulus that the strength is told for"}
    usual: dict[str, Any] = {"name": "chain", "summary": f"A chain of {n} habituation units ({unit})"}
    usual |= {"theme": "habituation", "bench": {"until": 200, "record": ["u", "y", "strength"]}}
    return Model(
        [*equations, f"strength = {strength(n)}"],
        states={f"x_{k}": {"start": 0, "about": f"memory of unit {k}"} for k in numbers},
        parameters=parameters,
        inputs={"u": {"value": u, "about": "stimulus"}},
        observables={"y": {"about": "response"}, "strength": {"about": "response that a stimulus would meet"}},
        **{**usual, **described},
    )


FAMILIES: dict[str, Callable[..., Model]] = {"chain": chain, "random_features": random_features}


def read_family(raw: Mapping[str, Any], described: Mapping[str, Any], place: Callable[[str], Place]) -> Model:
    """The model of a file that names a family.

    Args:
        raw: the file as TOML.
        described: name, summary, references, theme and the source, which the file keeps for itself.
        place: where a top-level entry stands.
    """
    allowed = {"format", "name", "summary", "references", "theme", "family", "arguments", "bench"}
    for key in raw:
        if key not in allowed:
            raise InputError(
                f"A file that names a family says nothing of {key}: the family does.",
                code="family-section",
                remedy="Take the line out, or write the model without a family; to_toml() spells it out.",
                place=place(key),
            )
    family = _family(raw, place)
    arguments = raw.get("arguments", {})
    if not isinstance(arguments, dict):
        raise InputError(
            "arguments must be a table.",
            code="family-arguments",
            remedy="Write arguments = { n = 3 }.",
            place=place("arguments"),
        )
    _check_arguments(raw["family"], family, arguments, place("arguments"))
    bench = {"bench": raw["bench"]} if "bench" in raw else {}
    try:
        return family(**arguments, **described, **bench)
    except InputError as error:
        raise error.with_place(place("arguments")) from None


def _family(raw: Mapping[str, Any], place: Callable[[str], Place]) -> Callable[..., Model]:
    name = raw.get("family")
    if name not in FAMILIES:
        raise InputError(
            f"There is no family {name!r}." if name else "The file has arguments but names no family.",
            code="family",
            remedy=(near(str(name), list(FAMILIES)) if name else "") or f"Families: {', '.join(FAMILIES)}.",
            place=place("family" if name else "arguments"),
        )
    return FAMILIES[name]


def _check_arguments(name: str, family: Callable[..., Model], arguments: Mapping[str, Any], place: Place) -> None:
    known = [p.name for p in signature(family).parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
    for argument in arguments:
        if argument not in known:
            raise InputError(
                f"The family {name} has no argument {argument}.",
                code="family-argument",
                remedy=near(argument, known) or f"It has: {', '.join(known)}.",
                place=place,
            )


def _check_chain(n: int, unit: str) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= LONGEST:
        raise InputError(f"A chain of {n!r} units cannot be made.", code="family-length", remedy="Write n = 3.")
    if unit not in _UNITS:
        raise InputError(f"A chain has no unit {unit!r}.", code="family-unit", remedy=f"Units: {', '.join(_UNITS)}.")


def _rates(name: str, value: Any, n: int) -> list[float]:
    rates = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value] * n
    if len(rates) != n or not all(isinstance(r, (int, float)) and not isinstance(r, bool) for r in rates):
        raise InputError(
            f"{name} of the chain is not one number, nor one for each of its {n} units.",
            code="family-rate",
            remedy=f"Write {name} = 0.1, or a list of {n} numbers.",
        )
    return rates
