"""Diodes and MOSFETs of level 1 with their models, whose parameters have SPICE's names and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neurodyn.language.names import near
from neurodyn.model.spice.cards import Card, Token
from neurodyn.model.spice.elements import Element
from neurodyn.model.spice.numbers import quantity
from neurodyn.model.spice.parameters import Scope

ZERO = 273.15  # kelvin at 0 degrees Celsius
# Parameters of a diode that our model has, with their units.
_DIODE = {"is": "A", "n": "", "eg": "V", "xti": ""}
_DIODE_OTHER = {"rs": "ohm", "level": "", "tnom": "", "tref": ""}
# Those without which nothing changes as long as others, of the second list, are at their defaults.
_DIODE_IDLE = ("vj", "m", "fc", "kf", "af", "pb", "mj", "ibv", "nbv")
_DIODE_ZERO = {"cjo": "a capacitance", "cj0": "a capacitance", "tt": "a transit time", "bv": "a breakdown"}
_MOS_DEFAULTS = {"vto": 0.0, "kp": 2e-5}  # which our own devices have otherwise
_MOS = {"vto": "V", "kp": "A/V**2", "gamma": "V**(1/2)", "phi": "V", "lambda": "1/V"}
_MOS_OTHER = ("level", "tnom", "ld", "is")
_MOS_IDLE = ("pb", "mj", "mjsw", "fc", "kf", "af", "tpg", "nss", "uo", "xj")
_MOS_ZERO = {
    **dict.fromkeys(("cgso", "cgdo", "cgbo", "cbd", "cbs", "cj", "cjsw", "tox"), "a capacitance"),
    **dict.fromkeys(("rd", "rs", "rsh"), "a resistance"),
    "nsub": "a doping, from which other parameters follow",
    "js": "a current of its junctions",
}
_AREAS = ("ad", "as", "pd", "ps", "nrd", "nrs")
NOMINAL = 27.0


def diode(e: Element) -> None:
    """D name anode cathode model [area] [AREA=a] [M=m]."""
    words, said = e.sorted(("area", "m", "ic"))
    p, n = e.nodes(words, 2)
    card = e.block.model(_model_name(e, words, 3))
    told = _read_model(card, e.scope, ("d",), {**_DIODE, **_DIODE_OTHER}, _DIODE_IDLE, _DIODE_ZERO)
    _check_level(told)
    area = 1.0
    for token in (*words[4:5], *(said[k][1] for k in ("area", "m") if k in said)):
        area *= e.positive(token, "area", "1")
    for token in words[5:]:
        token.fail("spice-element", f"{token.text} cannot stand here.", "Leave it out.")
    if "ic" in said:
        e.circuit.note(e.card, f"IC of {e.name.text} was left out: a diode without capacitance has no state")
    values = {key: value for key, (_, value) in told.items()}
    fields = {key.upper(): quantity(values[key], unit) for key, unit in _DIODE.items() if key in values}
    fields["IS"] = quantity(values.get("is", 1e-14) * area, "A")
    nominal = values.get("tnom", values.get("tref", NOMINAL))
    if nominal != NOMINAL:
        fields["TNOM"] = quantity(nominal + ZERO, "K")
    series = values.get("rs", 0.0)
    if series:
        fields["RS"] = quantity(series / area, "ohm")
    e.add("diode_series" if series else "diode", {"p": p, "n": n, **_plain(fields)})


def mosfet(e: Element) -> None:
    """M name drain gate source bulk model [W=w] [L=l] [M=m]."""
    words, said = e.sorted(("w", "l", "m", *_AREAS))
    nodes = dict(zip("dgsb", e.nodes(words, 4), strict=True))
    card = e.block.model(_model_name(e, words, 5))
    for token in words[6:]:
        token.fail("spice-element", f"{token.text} cannot stand here.", "Write W=10u and L=1u, say.")
    kinds = ("nmos", "pmos")
    told = _read_model(card, e.scope, kinds, {**_MOS, **dict.fromkeys(_MOS_OTHER, "")}, _MOS_IDLE, _MOS_ZERO)
    _check_level(told)
    kind = _kind(card).low
    values = {key: value for key, (_, value) in told.items()}
    if values.get("tnom", NOMINAL) != NOMINAL:
        told["tnom"][0].fail("spice-temperature", "Parameters at another temperature are not read.", "Leave it out.")
    if values.get("is", 0.0) > 1e-14:
        sentence = "The junctions to the bulk conduct 1 pS alone in our devices."
        told["is"][0].fail("spice-key", sentence, "Leave IS out, and write a diode where it acts.")
    number = {k: e.positive(said[k][1], k.upper(), "1u") for k in ("w", "l", "m") if k in said}
    length = number.get("l", 1e-4) - 2 * values.get("ld", 0.0)
    if length <= 0:
        e.name.fail("spice-value", f"The channel of {e.name.text} has a length of {length:g}.", "Check L and LD.")
    areas = [said[k][0].text for k in _AREAS if k in said]
    if areas:
        e.circuit.note(e.card, f"{', '.join(areas)} of {e.name.text} change nothing without a junction's parameters")
    values = {**_MOS_DEFAULTS, **values}
    fields = {key.upper(): quantity(values[key], unit) for key, unit in _MOS.items() if key in values}
    fields["W"] = quantity(number.get("w", 1e-4) * number.get("m", 1.0), "m")
    fields["L"] = quantity(length, "m")
    e.add(kind, {**nodes, **_plain(fields)})


def _plain(fields: Mapping[str, str]) -> dict[str, Any]:
    """Numbers without units as numbers."""
    return {key: value if " " in value else float(value) for key, value in fields.items()}


def _model_name(e: Element, words: list[Token], at: int) -> Token:
    if len(words) <= at:
        e.name.fail("spice-no-model", f"{e.name.text} names no model.", "Write it behind the nodes.")
    return words[at]


def _kind(card: Card) -> Token:
    return card.tokens[2]


def _read_model(
    card: Card,
    scope: Scope,
    kinds: tuple[str, ...],
    known: Mapping[str, str],
    idle: tuple[str, ...],
    zero: Mapping[str, str],
) -> dict[str, tuple[Token, float]]:
    """The parameters of a `.model`; those that would bring in what our devices have not are refused unless 0."""
    kind = _kind(card)
    if kind.low not in kinds:
        wanted = " or ".join(kinds).upper()
        kind.fail(
            "spice-model", f"A model of type {kind.text} stands here where {wanted} is wanted.", "Check the name."
        )
    tokens = [t for t in card.tokens[3:] if t.text not in "()"]
    found: dict[str, tuple[Token, float]] = {}
    while tokens:
        name, *rest = tokens
        if len(rest) < 2 or rest[0].text != "=":
            name.fail("spice-model", f"{name.text} has no value.", f"Write {name.text}=1, say.")
        key, value, tokens = name.low, scope.number(rest[1]), rest[2:]
        if key in found:
            name.fail("spice-twice", f"{name.text} stands twice.", "Keep one of the two.")
        if key in zero and value:
            sentence = f"{name.text} gives the device {zero[key]}, which ours has not."
            name.fail("spice-key", sentence, "Leave it out, or write an element of its own where it acts.")
        if key not in known and key not in idle and key not in zero:
            remedy = near(key, list(known)) or f"There are: {', '.join(known)}.".upper().replace(
                "THERE ARE", "There are"
            )
            name.fail("spice-key", f"{name.text} is no parameter of {kind.text} that is read.", remedy)
        found[key] = (name, value)
    return found


def _check_level(told: Mapping[str, tuple[Token, float]]) -> None:
    if "level" in told and told["level"][1] != 1:
        told["level"][0].fail("spice-level", f"Level {told['level'][1]:g} is not read.", "Write a model of level 1.")
