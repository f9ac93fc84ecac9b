"""Cards with a dot that speak of the whole: `.tran` is the bench, `.ic` the start; the rest is noted or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from neurodyn.language.names import near
from neurodyn.model.circuits import GROUND
from neurodyn.model.spice.blocks import Block
from neurodyn.model.spice.cards import Card, Token
from neurodyn.model.spice.elements import Circuit
from neurodyn.model.spice.numbers import quantity
from neurodyn.model.spice.parameters import Scope
from neurodyn.model.spice.semiconductors import NOMINAL
from neurodyn.model.spice.waves import Span

_PRINTS = "it says what SPICE prints"
_ANALYSES = "it asks SPICE for another analysis"
NOTED = {
    ".control": "its commands are not run",
    **dict.fromkeys((".save", ".print", ".plot", ".probe", ".width", ".meas", ".measure", ".four"), _PRINTS),
    **dict.fromkeys((".op", ".dc", ".ac", ".tf", ".noise", ".disto", ".pz", ".sens"), _ANALYSES),
}
REFUSED = {
    ".include": ("Another file is not read", "Write what is in it here."),
    ".inc": ("Another file is not read", "Write what is in it here."),
    ".lib": ("Another file is not read", "Write what you need of it here."),
    ".func": ("Functions are not read", "Write its formula where it is used."),
    ".global": ("Global nodes are not read", "Hand the node to each subcircuit."),
    ".if": ("Choices between cards are not read", "Keep the cards that you want."),
    ".step": ("Sweeps are not read", "Run it with other values."),
}
# Options that say how exactly, or how, SPICE computes and prints; others may change the circuit.
_QUIET = (
    *("reltol", "abstol", "vntol", "chgtol", "trtol", "pivtol", "pivrel", "method", "maxord", "gminsteps", "srcsteps"),
    *("itl1", "itl2", "itl3", "itl4", "itl5", "itl6", "acct", "noacct", "noinit", "list", "nomod", "nopage", "node"),
    *("opts", "post", "probe", "ingold", "numdgt", "filetype", "interp", "savecurrents", "klu", "sparse", "xmu"),
    *("opt", "noopiter", "warn", "ramptime", "brief", "limpts", "lvltim", "cptime", "autostop"),
)


@dataclass
class Run:
    """How SPICE runs the circuit.

    Attributes:
        bench: the sections `until` and `every` of the bench.
        uic: whether it starts from what is given, without an operating point.
        held: potentials that `.ic` gives: word, volts.
        near: those that `.nodeset` gives.
    """

    bench: dict[str, Any] = field(default_factory=dict)
    uic: bool = False
    held: list[tuple[Token, float]] = field(default_factory=list)
    near: list[tuple[Token, float]] = field(default_factory=list)


def read_commands(block: Block, circuit: Circuit, scope: Scope) -> Run:
    """What the cards with a dot say."""
    run = Run()
    for card in block.commands:
        head = card.head
        match head.low:
            case ".tran":
                _tran(card, run, circuit, scope)
            case ".ic":
                run.held += _potentials(card, scope)
            case ".nodeset":
                run.near += _potentials(card, scope)
            case ".option" | ".options":
                _options(card, circuit, scope)
            case ".temp":
                for token in card.tokens[1:]:
                    _temperature(token, scope.number(token))
            case ".title":
                pass
            case word if word in NOTED:
                circuit.note(card, f"{head.text} was left out: {NOTED[word]}")
            case _:
                _refuse(head)
    return run


def _refuse(head: Token) -> None:
    if head.low in REFUSED:
        sentence, remedy = REFUSED[head.low]
        head.fail("spice-card", f"{sentence}.", remedy)
    known = [".tran", ".ic", ".nodeset", ".param", ".model", ".subckt", ".ends", ".end", ".temp", *NOTED]
    remedy = near(head.low, known) or "Leave it out if it changes nothing."
    head.fail("spice-card", f"The card {head.text} is not read.", remedy)


def _tran(card: Card, run: Run, circuit: Circuit, scope: Scope) -> None:
    tokens = list(card.tokens[1:])
    if run.bench:
        card.fail(0, "spice-twice", "There is a .tran already.", "Keep one of the two.")
    if tokens and tokens[-1].low == "uic":
        run.uic = True
        tokens.pop()
    if not 2 <= len(tokens) <= 4:
        card.fail(0, "spice-tran", ".tran says a step and an end.", "Write .tran 10u 5m, and UIC behind it if wanted.")
    step, stop, *more = (scope.number(token) for token in tokens)
    for token, value in zip(tokens, (step, stop), strict=False):
        if value <= 0:
            token.fail("spice-tran", f"A time of {value:g} s cannot be.", "Give one above 0.")
    if more and more[0]:
        circuit.note(card, f"what is before {tokens[2].text} is kept too")
    if step > stop:
        tokens[0].fail("spice-tran", "The step is longer than the run.", "Write .tran step end.")
    circuit.span = Span(step, stop)
    run.bench = {"until": quantity(stop, "s"), "every": quantity(step, "s")}


def _potentials(card: Card, scope: Scope) -> list[tuple[Token, float]]:
    """`v(out)=1 v(b)=2`."""
    tokens, found = card.tokens[1:], []
    while tokens:
        shape = [t.low for t in tokens[:5]]
        if len(tokens) < 6 or shape[:2] + shape[3:] != ["v", "(", ")", "="]:
            tokens[0].fail("spice-ic", "This is no potential of a node.", f"Write {card.tokens[0].text} v(out)=1.")
        found.append((tokens[2], scope.number(tokens[5])))
        tokens = tokens[6:]
    return found


def _options(card: Card, circuit: Circuit, scope: Scope) -> None:
    tokens = [t for t in card.tokens[1:] if t.text != "="]
    signs = {b.at for a, b in zip(card.tokens, card.tokens[1:], strict=False) if a.text == "="}
    for k, token in enumerate(tokens):
        if token.at in signs:
            continue
        if token.low in ("temp", "tnom") and k + 1 < len(tokens):
            _temperature(tokens[k + 1], scope.number(tokens[k + 1]))
        elif token.low == "gmin":
            circuit.note(card, "gmin was left out: it is GMIN of each diode and MOSFET here, 1 pS")
        elif token.low not in _QUIET:
            sentence = f"The option {token.text} may change the circuit."
            token.fail("spice-option", sentence, near(token.low, list(_QUIET)) or "Leave it out if it does not.")
    circuit.note(card, f"{card.tokens[0].text} was left out: it says how SPICE computes")


def _temperature(token: Token, celsius: float) -> None:
    if celsius != NOMINAL:
        token.fail(
            "spice-temperature", f"Circuits are read at {NOMINAL:g} degrees Celsius, not at {celsius:g}.",
            "Leave it out, and set T of each diode in the file that comes out.",
        )  # fmt: skip


def known_nodes(circuit: Circuit, told: list[tuple[Token, float]]) -> Mapping[str, float]:
    """Our names of nodes with what was given of them; one that is no node is refused."""
    found: dict[str, float] = {}
    for token, value in told:
        node = circuit.names.nodes.get(token.low.replace(".", "_"), circuit.names.nodes.get(token.low))
        if node is None or token.low in ("0", GROUND):
            remedy = near(token.low, list(circuit.names.nodes)) or "Write the name of a node of the netlist."
            token.fail("spice-ic", f"There is no node {token.text} whose potential could be given.", remedy)
        if found.setdefault(node, value) != value:
            token.fail("spice-twice", f"The potential of {token.text} stands twice.", "Keep one of the two.")
    return found
