"""A netlist by what its cards are: elements, parameters, models, subcircuits, and what is asked of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from neurodyn.language.names import near
from neurodyn.model.spice.cards import Card, Token
from neurodyn.model.spice.parameters import Said, assignments, in_order

DEEPEST = 20
# What a .control block may say: it changes neither the circuit nor its run in time.
_COMMANDS = (
    *(
        "run",
        "quit",
        "exit",
        "write",
        "wrdata",
        "print",
        "plot",
        "save",
        "echo",
        "display",
        "listing",
        "show",
        "setplot",
    ),
    *("linearize", "meas", "gnuplot", "hardcopy", "destroy", "op", "ac", "dc", "noise", "tf", "pz", "sens"),
)
_SETTINGS = ("filetype", "wr_singlescale", "wr_vecnames", "numdgt", "noaskquit", "nomoremode", "appendwrite", "width")


@dataclass
class Block:
    """The whole netlist, or a subcircuit in it.

    Attributes:
        head: the card `.subckt`; None for the whole.
        ports: its nodes.
        defaults: parameters that its head says, which calls may replace.
        said: parameters of its `.param` cards.
    """

    head: Card | None = None
    outer: Block | None = None
    name: str = ""
    ports: tuple[Token, ...] = ()
    defaults: dict[str, Said] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    elements: list[Card] = field(default_factory=list)
    models: dict[str, Card] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    commands: list[Card] = field(default_factory=list)

    @property
    def depth(self) -> int:
        return 0 if self.outer is None else self.outer.depth + 1

    def model(self, name: Token) -> Card:
        """The model of that name, of this block or one around it."""
        around = {key: card for block in reversed(self._around()) for key, card in block.models.items()}
        if name.low not in around:
            remedy = near(name.low, sorted(around)) or f"Write .model {name.text} D(IS=1e-14), say."
            name.fail("spice-no-model", f"There is no .model {name.text}.", remedy)
        return around[name.low]

    def block(self, name: Token) -> Block:
        """The subcircuit of that name, of this block or one around it."""
        around = {key: inner for block in reversed(self._around()) for key, inner in block.blocks.items()}
        if name.low not in around:
            remedy = near(name.low, sorted(around)) or f"Write .subckt {name.text} with its nodes, up to .ends."
            name.fail("spice-no-subckt", f"There is no .subckt {name.text}.", remedy)
        return around[name.low]

    def _around(self) -> list[Block]:
        """This block and those around it."""
        return [self, *(self.outer._around() if self.outer else [])]


def read_blocks(cards: Iterable[Card]) -> Block:
    """The whole netlist, subcircuits inside."""
    whole = block = Block()
    for card in _without_commands(cards):
        head = card.head
        match head.low:
            case ".subckt":
                block = _opened(card, block)
            case ".ends":
                block = _closed(card, block)
            case ".param" | ".params":
                in_order(_parameters(card), block.said)
            case ".model":
                _add_model(card, block)
            case word if word.startswith("."):
                _add_command(head, block)
            case _:
                block.elements.append(card)
    if block.head is not None:
        block.head.fail(0, "spice-ends", f"The subcircuit {block.name} does not end.", "Write .ends behind it.")
    return whole


def _without_commands(cards: Iterable[Card]) -> Iterator[Card]:
    """The cards, of a `.control` block its first line alone.

    Raises:
        InputError: for a command that may change the circuit or its run, and a block that does not end.
    """
    control: Card | None = None
    for card in cards:
        if control is None:
            control = card if card.head.low == ".control" else None
            yield card
        elif card.head.low == ".endc":
            control = None
        else:
            _check_command(card)
    if control is not None:
        control.fail(0, "spice-control", "This block of commands does not end.", "Write .endc behind it.")


def _check_command(card: Card) -> None:
    head, words = card.head, card.text.lower().replace("=", " ").split()
    if head.low not in _COMMANDS and not (head.low == "set" and len(words) > 1 and words[1] in _SETTINGS):
        sentence = f"The command {' '.join(words[:2])} may change the circuit or its run."
        head.fail("spice-control", sentence, "Commands are not run: write a card, such as .tran 1u 1m.")


def _add_command(head: Token, block: Block) -> None:
    if block.head is not None:
        head.fail("spice-inside", f"{head.text} cannot stand in a subcircuit.", "Write it outside.")
    block.commands.append(head.card)


def _parameters(card: Card) -> tuple[Said, ...]:
    head = card.tokens[0]
    start = head.at + len(head.text)
    found = assignments(card, start)
    between = card.text[start : found[0].at] if found else card.text[start:]
    if between.strip():
        at = start + len(between) - len(between.lstrip())
        card.fail(at, "spice-param", "This is no parameter with a value.", "Write .param r=1k c={2*r}.")
    return found


def _opened(card: Card, outer: Block) -> Block:
    said = assignments(card, 0)
    end = said[0].at if said else len(card.text)
    words = [t for t in card.tokens if t.at < end and t.low not in ("params:", "params", ":")]
    if len(words) < 3 or any(t.text in "()=" for t in words):
        card.fail(0, "spice-subckt", "A subcircuit has a name and nodes.", "Write .subckt rc in out r=1k.")
    name, ports = words[1], tuple(words[2:])
    if name.low in outer.blocks:
        name.fail("spice-twice", f"There is a subcircuit {name.text} already.", "Rename one.")
    _check_ports(ports)
    block = Block(card, outer, name.low, ports)
    if block.depth > DEEPEST:
        card.fail(0, "spice-deep", f"Subcircuits are nested more than {DEEPEST} times.", "Write some of them outside.")
    in_order(said, block.defaults)
    outer.blocks[name.low] = block
    return block


def _check_ports(ports: tuple[Token, ...]) -> None:
    seen: set[str] = set()
    for port in ports:
        if port.low in seen or port.low in ("0", "gnd"):
            why = "stands twice" if port.low in seen else "is the ground, which every subcircuit sees"
            port.fail("spice-port", f"The node {port.text} {why}.", "Choose another name.")
        seen.add(port.low)


def _closed(card: Card, block: Block) -> Block:
    if block.outer is None:
        card.fail(0, "spice-ends", "No subcircuit is open here.", "Leave .ends out, or write .subckt before it.")
    if len(card.tokens) > 1 and card.tokens[1].low != block.name:
        sentence = f"The subcircuit that is open here is {block.name}."
        card.tokens[1].fail("spice-ends", sentence, f"Write .ends {block.name}.")
    return block.outer


def _add_model(card: Card, block: Block) -> None:
    if len(card.tokens) < 3:
        card.fail(0, "spice-model", "A model has a name and a type.", "Write .model d1 D(IS=1e-14).")
    name = card.tokens[1]
    if name.low in block.models:
        sentence = f"The model {name.text} stands in line {block.models[name.low].line} already."
        name.fail("spice-twice", sentence, "Keep one of the two.")
    block.models[name.low] = card
