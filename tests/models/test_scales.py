"""The scale law: changing the units of a shipped model leaves every result equal in SI."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn.language.source import Source
from neurodyn.language.unit_text import read_unit
from neurodyn.system.units import Units, has_units
from tests.models import big
from tests.sweeps import each

NAMES = [e.name for e in neurodyn.library() if not (e.device or neurodyn.load(e.name).discrete)]  # maps have no units
WITH_UNITS = [n for n in NAMES if has_units(neurodyn.load(n))]
SIZES = {
    "hopfield": {"N": 9, "P": 2},
    "dense_memory": {"N": 8, "K": 5},
    "dense_memory_polynomial": {"N": 8, "K": 5},
    "dense_memory_exponential": {"N": 8, "K": 5},
    "diffusion_memory": {"d": 3, "K": 7},
    "digit_recall": {"K": 4},
    "digit_recall_spiking": {"K": 4, "n": 2},
    "kuramoto": {"N": 12},
    "sequence_delay": {"N": 24, "P": 2},
    "sequence_trace": {"N": 24, "P": 2},
    "sequence_motor": {"N": 24, "P": 3},
    "sequence_spiking": {"N": 24, "P": 2},
    "stdp_sequence": {"K": 3, "n": 3},
    "kuramoto_graph": {"N": 12},
    "random_network": {"N": 12},
    "brusselator_line": {"N": 8},
    "stdp_poisson": {"M": 4, "N": 2},
    "stdp_window": {"K": 5},
    **big.SIZES,
}
QUICK = (
    "hodgkin_huxley",
    "morris_lecar",
    "habituation",
    "hopfield",
    "lorenz",
    "krotov_hopfield",
    "two_cells",
    "habituation_chain",
    "diffusion_backward",
)
LONGEST = {
    "lorenz": 3.0,
    "hodgkin_huxley": 0.014,
    "morris_lecar": 0.1,
    "kuramoto": 5.0,
    "negative_feedback": 70.0,
    "habituation_analog": 2.0,
    "traub_miles": 0.03,
    **dict.fromkeys(big.SIZES, 0.05),
    "winner_take_all": 0.5,
    "ring_attractor": 0.2,
    "habituation_spiking": 0.7,
    "sequence_spiking": 0.1,
    "sequence_motor": 0.5,
    "stdp_sequence": 0.35,
    "digit_recall_spiking": 0.1,
}  # longer, and chaos or spikes magnify rounding


def tight(model: neurodyn.Model) -> dict[str, float]:
    """Tolerances; fixed steps make the same error in all units."""
    return {} if model.noise or "dt" in model.bench else {"rtol": 1e-11, "atol": 1e-13}


_NUMBER = r"(\d+\.?\d*(?:[eE][+-]?\d+)?)"
_INSIDE = re.compile(rf"(?<![\w.]){_NUMBER}\[([^\]]+)\]")
_ALONE = re.compile(rf'"(-?){_NUMBER} ([A-Za-z1][\w*/()]*)"')
_PREFIXED = re.compile(r"(?<![A-Za-z])[mnupkM](?=(?:s|V|A|S|F|ohm)\b)")


def without_prefixes(text: str) -> str:
    """Every `20 ms` as `0.020 s`, every `1[uA/cm**2]` as `0.01[A/m**2]`."""

    def quantity(number: str, unit: str) -> tuple[Decimal, str]:
        plain = _PREFIXED.sub("", unit).replace("cm", "m")
        shift = read_unit(Source(unit)).exponent - read_unit(Source(plain)).exponent
        return Decimal(number).scaleb(int(shift)), plain

    def inside(match: re.Match[str]) -> str:
        number, unit = quantity(match[1], match[2])
        return f"{number:f}[{unit}]"

    def alone(match: re.Match[str]) -> str:
        number, unit = quantity(match[2], match[3])
        return f'"{match[1]}{number:f} {unit}"'

    return _ALONE.sub(alone, _INSIDE.sub(inside, text))


def rescaled(model: neurodyn.Model, factor: str, scale: float | None = None) -> neurodyn.Model:
    """The model of the states times a factor: what was x is now x/factor everywhere."""
    equations = [e.text for e in model.equations]
    starts = {}
    for state in model.states.values():
        x = re.escape(state.name)
        reference = re.compile(rf"(?<![\w.]){x}(\[[^\]]*\])?(\(t [^()]*\))?(?![\w(])")
        below = re.compile(rf"(d\w+(?:\[[^\]]*\])?)/d{x}(\[[^\]]*\])?(?!\w)")
        rate = re.compile(rf"(?<![\w/])d{x}(\[[^\]]*\])?/dt(?!\w)")
        new = []
        for text in equations:
            left, _, right = text.partition("=")
            right = below.sub(rf"({factor}*\1/d{x}\2)", right)
            right = rate.sub(rf"(1/{factor}*d{x}\1/dt)", right)
            right = reference.sub(rf"({state.name}\1\2/{factor})", right)
            if rate.search(left):
                right = f" {factor}*({right.strip()})"
            new.append(f"{left}={right}")
        equations = new
        # Starts may follow from other starts, so the value before the change is what is multiplied.
        starts[state.name] = reference
    states = {}
    for state in model.states.values():
        value = state.value
        if isinstance(value, str):
            text = _ALONE.sub(r"\1\2[\3]", f'"{value}"').strip('"')
            for name, reference in starts.items():
                text = reference.sub(rf"({name}\1/{factor})", text)
            value = f"{factor}*({text})"
        elif value is not None:
            value = (float(factor) * np.asarray(value)).tolist()
        states[state.key] = {"start": value, **_place(state)}
        if state.before is not None:
            states[state.key]["before"] = f"{factor}*({state.before})"
        states[state.key]["scale"] = scale or scales(model, state.name, float(factor))
        if state.clip:
            states[state.key]["clip"] = [f"{factor}*({bound})" for bound in state.clip]
    own = neurodyn.Model.from_text(model.to_toml(expand=True))
    events = {e.key: _event(e.said(), starts, factor) for e in own.events.values()}
    return neurodyn.Model(
        equations,
        name=own.name,
        indices={s.name: _set_entry(s) for s in own.indices.values()},
        states=states,
        parameters={d.key: _entry(d) for d in own.parameters.values()},
        inputs={d.key: _entry(d) for d in own.inputs.values()},
        events=events,
        noise={d.key: {"kind": d.value, "reading": d.reading} for d in own.noise.values()},
        energy=own.energy,
        bench=own.bench,
    )


def _place(state: Any) -> dict[str, object]:
    return {"unit": state.unit, **({"on": state.on} if state.on else {})}


def _event(said: dict[str, Any], references: dict[str, re.Pattern[str]], factor: str) -> dict[str, Any]:
    """What an event says, of states times a factor."""

    def put(text: str) -> str:
        for name, reference in references.items():
            text = reference.sub(rf"({name}\1/{factor})", text)
        return text

    if "when" in said:
        said["when"] = put(said["when"])
    lines = [line.partition("=") for line in said.get("set", "").splitlines() if line.strip()]
    if lines:
        said["set"] = "\n".join(f"{left.strip()} = {factor}*({put(right.strip())})" for left, _, right in lines)
    return said


def scales(model: neurodyn.Model, name: str, factor: float) -> object:
    """The scale in the new unit. A start that is not 0 and has no unit gives it by itself."""
    state = model.states[name]
    unit = Units.of_model(model).of(name)
    if unit.powers and unit.si:
        return f"{unit.factor * factor:.15g} {unit.si}"
    if state.scale is not None:
        return float(state.scale) * factor
    return factor if state.value == 0 else None


def _set_entry(index_set) -> dict[str, object]:
    ends = {"ends": index_set.ends} if index_set.ends else {}
    return {"letters": " ".join(index_set.letters), "size": index_set.size, **ends}


def _entry(declared) -> dict[str, object]:
    said = {"value": declared.value, "unit": declared.unit, "on": declared.on}
    return {k: v for k, v in said.items() if v not in (None, "")}


def run(model: neurodyn.Model, name: str, **options: object) -> neurodyn.Result:
    system = neurodyn.build(model, sizes=SIZES.get(name), seed=3)
    until = min(system.time("until", model.bench["until"]), LONGEST.get(name, 5.0))
    return neurodyn.simulate(system, until=until, **options)  # type: ignore[arg-type]


def same(one: neurodyn.Result, other: neurodyn.Result, factors: dict[str, float]) -> None:
    for name in one.dataset.data_vars:
        a, b = one[str(name)].values, other[str(name)].values / factors.get(str(name), 1.0)
        assert a.shape == b.shape and np.abs(a - b).max(initial=0) <= 1e-6 * np.abs(a).max(initial=0), name


LENGTHY = {
    "axon_hillock",
    "diode_clipper",
    "habituation_chain_analog",
    "lif_analog",
    "ei_network",
    "stdp_pair",
    "adex",
    "exponential_if",
    "habituation_analog",
    "delayed_rates",
    "sequence_trace",
    "sequence_motor",
    "traub_miles",
    *big.SIZES,
}


@pytest.mark.parametrize("name", each(WITH_UNITS, *LENGTHY))
def test_units_without_prefixes(name: str) -> None:
    model = neurodyn.load(name)
    text = without_prefixes(model.to_toml())
    assert text != model.to_toml() and not re.search(r'"-?[\d.]+ (m|u)[VASF]\b', text)
    other = neurodyn.Model.from_text(text)
    assert (neurodyn.build(other).layout.scales >= neurodyn.build(model).layout.scales).all()
    same(run(model, name, **tight(model)), run(other, name, **tight(model)), {})


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        pytest.param(name, factor, marks=() if name in QUICK and factor == "1000" else pytest.mark.slow)
        for name in NAMES
        if not neurodyn.load(name).names.implicit
        for factor in ("1000", "0.000000001")
    ],
)
def test_states_in_another_unit(name: str, factor: str) -> None:
    """Tolerances are in units of the scale, so the steps stay the same, rounding aside."""
    model = neurodyn.load(name)
    factors = {s: float(factor) for s in model.states}
    same(run(model, name, **tight(model)), run(rescaled(model, factor), name, **tight(model)), factors)


def test_negative_control_a_wrong_scale_breaks_the_law() -> None:
    """The same comparison sees what the scale is for."""
    name = "fitzhugh_nagumo"
    model = neurodyn.load(name)
    other = rescaled(model, "0.000000001", scale=1.0)
    with pytest.raises(AssertionError):
        same(run(model, name, **tight(model)), run(other, name, **tight(model)), dict.fromkeys(model.states, 1e-9))
