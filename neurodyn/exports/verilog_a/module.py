"""The text of one module: ports, parameters with their ranges, and what the analog block says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from textwrap import fill

from neurodyn.exports.verilog_a.functions import brought

WIDTH = 110


@dataclass(frozen=True)
class Port:
    """A terminal: its name in the module, its direction, and what it is."""

    name: str
    direction: str
    about: str = ""


@dataclass(frozen=True)
class Parameter:
    """A parameter: its default and range as text, and attributes."""

    name: str
    default: str
    range: str = ""
    about: str = ""
    unit: str = ""

    def lines(self) -> Iterator[str]:
        told = {"desc": self.about, "units": self.unit}
        said = ", ".join(f'{key}="{quoted(text)}"' for key, text in told.items() if text)
        if said:
            yield f"  (* {said} *)"
        yield f"  parameter real {self.name} = {self.default}{self.range};"


@dataclass(frozen=True)
class Module:
    """A module of Verilog-A.

    Attributes:
        remarks: the lines before it.
        nodes: internal nodes, and `ground`, if it is read.
        instances: other modules on nodes.
        statements: variables with their texts, in order.
        contributions: branches and what is added to each.
    """

    name: str
    about: str
    ports: Sequence[Port]
    parameters: Sequence[Parameter] = ()
    remarks: Sequence[str] = ()
    nodes: Sequence[str] = ()
    ground: str = ""
    instances: Sequence[str] = ()
    statements: dict[str, str] = field(default_factory=dict)
    contributions: Sequence[tuple[str, str]] = ()

    def lines(self) -> Iterator[str]:
        """The module, line by line."""
        yield from (f"// {line}" for line in self.remarks)
        if self.about:
            yield f'(* desc="{quoted(self.about)}" *)'
        yield _wrapped(f"module {self.name}(", [port.name for port in self.ports], ");")
        yield from self._declared()
        yield from (f"  {line}" for line in self.instances)
        if self.contributions:
            yield from self._analog()
        yield "endmodule"

    def _declared(self) -> Iterator[str]:
        for port in self.ports:
            remark = f"  // {' '.join(port.about.split())}" if port.about else ""
            yield f"  {port.direction} {port.name};{remark}"
        nets = [*(port.name for port in self.ports), *self.nodes, *([self.ground] if self.ground else ())]
        yield _wrapped("  electrical ", nets, ";")
        if self.ground:
            yield f"  ground {self.ground};"
        for parameter in self.parameters:
            yield from parameter.lines()

    def _analog(self) -> Iterator[str]:
        yield from brought("\n".join([*self.statements.values(), *(text for _, text in self.contributions)]))
        if self.statements:
            yield _wrapped("  real ", [*self.statements], ";")
        yield "  analog begin"
        yield from (f"    {name} = {text};" for name, text in self.statements.items())
        yield from (f"    {branch} <+ {text};" for branch, text in self.contributions)
        yield "  end"


def _wrapped(begin: str, words: Sequence[str], end: str) -> str:
    """Names with commas between them, on as many lines as they need."""
    return fill(f"{begin}{', '.join(words)}{end}", WIDTH, subsequent_indent="    ", break_long_words=False)


def quoted(text: str) -> str:
    """A text inside a string of Verilog."""
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
