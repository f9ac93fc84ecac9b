"""Sources of voltage and current: constant, functions of time, and those that a voltage controls."""

from __future__ import annotations

from neurodyn.language.names import near
from neurodyn.model.spice.cards import Token
from neurodyn.model.spice.elements import Element
from neurodyn.model.spice.numbers import NUMBER, quantity
from neurodyn.model.spice.waves import ARGUMENTS, Wave


def voltage_source(e: Element) -> None:
    """V name + - [DC] value, or a function of time."""
    p, n = _source_nodes(e)
    if p == n:
        e.name.fail("spice-shorted", f"The source {e.name.text} is shorted: both its ends are on {p}.", "Move one.")
    e.add("voltage_source", {"p": p, "n": n, "V": _signal(e, "V")})


def current_source(e: Element) -> None:
    """I name + - [DC] value, or a function of time."""
    p, n = _source_nodes(e)
    e.add("current_source", {"p": p, "n": n, "I": _signal(e, "A")})


def controlled_voltage(e: Element) -> None:
    """E name + - control+ control- gain."""
    nodes, gain = _controlled(e)
    if nodes["p"] == nodes["n"]:
        e.name.fail(
            "spice-shorted", f"The source {e.name.text} is shorted: both its ends are on {nodes['p']}.", "Move one."
        )
    e.add("vcvs", {**nodes, "E": gain})


def controlled_current(e: Element) -> None:
    """G name + - control+ control- transconductance."""
    nodes, gain = _controlled(e)
    e.add("vccs", {**nodes, "G": quantity(gain, "S")})


def _controlled(e: Element) -> tuple[dict[str, str], float]:
    """The nodes and the gain of a source that a voltage controls."""
    words, _ = e.sorted(())
    nodes = e.nodes(words, 4)
    if len(words) < 6:
        e.name.fail("spice-no-value", f"{e.name.text} has no gain.", f"Write {e.name.text} out 0 in 0 10, say.")
    for token in words[6:]:
        token.fail(
            "spice-element", f"{token.text} cannot stand here.", "A controlled source is linear: it has one gain."
        )
    return dict(zip(("p", "n", "cp", "cn"), nodes, strict=True)), e.scope.number(words[5])


def _source_nodes(e: Element) -> list[str]:
    return e.nodes(e.card.tokens, 2)


def _signal(e: Element, unit: str) -> str:
    """The value of a source as text of the language."""
    rest, value, wave = [t for t in e.card.tokens[3:] if t.text not in ("=",)], None, None
    while rest:
        token, *rest = rest
        if token.low == "ac":
            rest = _without_ac(e, rest)
        elif token.low in ARGUMENTS and wave is None:
            given, rest = _arguments(e, rest)
            wave = Wave(token, tuple(map(e.scope.number, given)), unit, e.circuit.span)
        elif token.low == "dc" and rest:
            continue
        elif value is None and (token.is_formula or NUMBER.match(token.text)):
            value = token, e.scope.number(token)
        else:
            _refuse(token)
    if wave is None:
        return quantity(value[1] if value else 0.0, unit)
    if value is not None:
        text = f"the value {value[0].text} of {e.name.text} counts in .op and .dc of SPICE alone"
        e.circuit.note(e.card, f"{text}: here it is its function of time at all times")
    return wave.text()


def _refuse(token: Token) -> None:
    known = [*ARGUMENTS, "dc", "ac"]
    if token.low in ("sffm", "am", "trnoise", "trrandom", "external"):
        token.fail("spice-wave", f"{token.text} is no function that is read.", "There are: PULSE, SIN, EXP, PWL.")
    remedy = near(token.low, known) or "Behind the nodes of a source stand its value, and PULSE, SIN, EXP or PWL."
    token.fail("spice-source", f"{token.text} cannot stand here.", remedy)


def _without_ac(e: Element, rest: list[Token]) -> list[Token]:
    """AC and its magnitude and phase say nothing about time."""
    e.circuit.note(e.card, f"AC of {e.name.text} was left out: a frequency response is of gain 1 to its input")
    count = 0
    while count < 2 and count < len(rest) and (rest[count].is_formula or NUMBER.match(rest[count].text)):
        count += 1
    return rest[count:]


def _arguments(e: Element, rest: list[Token]) -> tuple[list[Token], list[Token]]:
    """The numbers behind a function, in brackets or not."""
    bracket = bool(rest) and rest[0].text == "("
    at = 1 if bracket else 0
    found = []
    while at < len(rest) and (rest[at].is_formula or NUMBER.match(rest[at].text)):
        found.append(rest[at])
        at += 1
    if bracket:
        if at == len(rest):
            rest[0].fail("spice-text", "'(' has no partner here.", "Close it.")
        if rest[at].text != ")":
            e.scope.number(rest[at])
        at += 1
    return found, rest[at:]
