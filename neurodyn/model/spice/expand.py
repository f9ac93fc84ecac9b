"""The elements of a netlist, those of its subcircuits at each call among them, as parts of one circuit."""

from __future__ import annotations

from collections.abc import Mapping

from neurodyn.language.names import near
from neurodyn.model.spice.blocks import DEEPEST, Block
from neurodyn.model.spice.cards import Card, Token
from neurodyn.model.spice.elements import MOST_PARTS, Circuit, Element, Read, capacitor, inductor, resistor
from neurodyn.model.spice.parameters import Said, Scope, assignments, in_order
from neurodyn.model.spice.semiconductors import diode, mosfet
from neurodyn.model.spice.sources import controlled_current, controlled_voltage, current_source, voltage_source

READ: Mapping[str, Read] = {
    "r": resistor,
    "c": capacitor,
    "l": inductor,
    "v": voltage_source,
    "i": current_source,
    "d": diode,
    "m": mosfet,
    "e": controlled_voltage,
    "g": controlled_current,
}
# What the letters of SPICE stand for that are not read.
OTHERS = {
    "a": "A code model", "b": "A source with a formula", "f": "A current-controlled current source",
    "h": "A current-controlled voltage source", "j": "A junction transistor", "k": "A coupling of inductors",
    "n": "A device of Verilog-A", "o": "A transmission line", "p": "A coupled line", "q": "A bipolar transistor",
    "s": "A switch", "t": "A transmission line", "u": "A distributed line", "w": "A switch", "y": "A line",
    "z": "A MESFET",
}  # fmt: skip


def expand(
    block: Block,
    circuit: Circuit,
    scope: Scope,
    prefix: str = "",
    ports: Mapping[str, str] | None = None,
    depth: int = 0,
) -> None:
    """Add the elements of a block.

    Args:
        scope: its parameters.
        prefix: what its names begin with.
        ports: our names of the nodes that it shares with what calls it.
    """
    seen: dict[str, Card] = {}
    for card in block.elements:
        name = card.tokens[0]
        if name.low in seen:
            sentence = f"There is {name.text} in line {seen[name.low].line} already."
            name.fail("spice-twice", sentence, "Rename one.")
        seen[name.low] = card
        element = Element(card, block, scope, circuit, prefix, ports or {})
        letter = name.low[0]
        if letter == "x":
            _call(element, depth)
        elif letter in READ:
            READ[letter](element)
        else:
            _refuse(name)


def _refuse(name: Token) -> None:
    wanted = ", ".join(x.upper() for x in (*READ, "x"))
    what = OTHERS.get(name.low[0])
    sentence = f"{what} is not read." if what else f"{name.text} is no element."
    name.fail("spice-element", sentence, f"Elements that are read begin with {wanted}.")


def _call(e: Element, depth: int) -> None:
    """X name nodes subcircuit [parameter=value ...]."""
    said = assignments(e.card, 0)
    end = said[0].at if said else len(e.card.text)
    words = [t for t in e.card.tokens if t.at < end and t.low not in ("params:", "params", ":")]
    if len(words) < 3:
        e.name.fail("spice-nodes", f"{e.name.text} needs nodes and a subcircuit.", "Write X1 in out rc r=1k, say.")
    *nodes, name = words[1:]
    inner = e.block.block(name)
    if len(nodes) != len(inner.ports):
        has = f"{inner.name} has {len(inner.ports)}: {' '.join(p.text for p in inner.ports)}"
        name.fail("spice-nodes", f"{e.name.text} gives {len(nodes)} nodes to {inner.name}.", f"{has}.")
    if depth >= DEEPEST:
        name.fail("spice-deep", f"Calls are nested more than {DEEPEST} times.", "Does a subcircuit call itself?")
    e.circuit.calls += 1
    if e.circuit.calls > MOST_PARTS:
        name.fail("spice-large", f"The netlist has more than {MOST_PARTS:,} calls of subcircuits.", "Split it.")
    ports = {port.low: e.node(node) for port, node in zip(inner.ports, nodes, strict=True)}
    expand(inner, e.circuit, _inside(e, inner, said), f"{e.prefix}{e.name.text}_", ports, depth + 1)


def _inside(e: Element, inner: Block, said: tuple[Said, ...]) -> Scope:
    """The parameters of a call: what it gives is computed outside, all else inside."""
    given: dict[str, Said] = {}
    in_order(said, given)
    for name, one in given.items():
        if name not in inner.defaults:
            known = list(inner.defaults)
            remedy = near(name, known) or (f"It has: {', '.join(known)}." if known else "It has none.")
            one.card.fail(one.at, "spice-key", f"{inner.name} has no parameter {name}.", remedy)
    values = {name: e.scope.formula(one.card, one.start, one.stop) for name, one in given.items()}
    for name in inner.said:
        if name in inner.defaults:
            one = inner.said[name]
            one.card.fail(one.at, "spice-twice", f"{name} is a parameter of the head already.", "Keep one of the two.")
    return Scope({**inner.defaults, **inner.said}, _outer_scope(e, inner), values)


def _outer_scope(e: Element, inner: Block) -> Scope:
    """The parameters around the definition of a subcircuit, which is this block or one around it."""
    scope, block = e.scope, e.block
    while block is not inner.outer and block.outer is not None and scope.outer is not None:
        scope, block = scope.outer, block.outer
    return scope
