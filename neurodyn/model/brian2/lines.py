"""Brian2's equation strings cut into lines: a flow, a subexpression or a parameter, each with unit and flags."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from keyword import iskeyword
from typing import NoReturn

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.language.source import Source
from neurodyn.language.statements import join_lines

FLOW, SUBEXPRESSION, PARAMETER = "flow", "subexpression", "parameter"
LONGEST = 200_000  # characters of all equations
FLAGS = {
    FLOW: ("unless refractory", "clock-driven"),
    SUBEXPRESSION: ("shared", "constant over dt"),
    PARAMETER: ("constant", "shared"),
}
_REFUSED = {
    "summed": ("adds up over synapses, which are not read here", "Write the sum in the language, sum(w[i,j]*x[j], j)."),
    "linked": ("is a variable of another group, which is not read here", "Declare it as a parameter."),
    "event-driven": ("is solved between spikes alone", "Leave the flag out: then it is solved at all times."),
}
_OWN = {"i", "N", "t", "dt", "t_in_timesteps", "xi", "lastspike", "not_refractory"}
_NAME = r"[A-Za-z_]\w*"
_HEAD = re.compile(rf"\s*(?:d(?P<state>{_NAME})\s*/\s*dt\s*=(?!=)|(?P<name>{_NAME})\s*=(?!=)|(?P<bare>{_NAME})\s*$)")
_BEGINS = re.compile(rf"\s*(?:d{_NAME}\s*/\s*dt\s*=(?!=)|{_NAME}\s*=(?!=)|{_NAME}\s*:)")
_END = re.compile(r"(?P<unit>[^(]*)(?:\((?P<flags>[^()]*)\))?\s*")


@dataclass(frozen=True)
class Line:
    """One of Brian2's equations.

    Attributes:
        kind: flow, subexpression or parameter.
        start, stop: where in the text of the source its right side is; equal for parameters.
        unit: the text behind the colon, and the column at which it starts.
    """

    kind: str
    name: str
    source: Source
    start: int
    stop: int
    unit: tuple[str, int]
    flags: tuple[str, ...]

    def fail(self, column: int, code: str, sentence: str, remedy: str) -> NoReturn:
        """Raise, pointing at a column of the text."""
        raise InputError(sentence, code=code, remedy=remedy, place=self.source.place(column))


def read_lines(text: str) -> dict[str, Line]:
    """The equations by name, in their order."""
    if len(text) > LONGEST:
        raise InputError(
            f"The equations hold {len(text):,} characters; at most {LONGEST:,} are read.",
            code="brian2-length",
            remedy="Bring parts of them in as models of their own.",
        )
    found: dict[str, Line] = {}
    for source in _cut(text):
        line = _line(source)
        if line.name in found:
            line.fail(0, "brian2-twice", f"{line.name} stands in two equations.", "Keep one of the two.")
        found[line.name] = line
    return found


def _cut(text: str) -> Iterable[Source]:
    """An equation goes on over line ends until its colon."""
    pending: list[tuple[int, str, str, str]] = []
    depth = 0
    for number, raw in enumerate(text.split("\n")):
        code, _, comment = raw.partition("#")
        if not code.strip():
            continue
        if pending and depth <= 0 and _BEGINS.match(code) and pending[-1][2][-1] not in "+-*/%(,=<>":
            _without_unit(join_lines(pending, "equations", 1))
        pending.append((number, raw, code.rstrip(), comment.strip()))
        depth += code.count("(") - code.count(")")
        if ":" in code:
            yield join_lines(pending, "equations", 1)
            pending, depth = [], 0
    if pending:
        _without_unit(join_lines(pending, "equations", 1))


def _without_unit(source: Source) -> NoReturn:
    raise InputError(
        "This equation does not end with a colon and its unit.",
        code="brian2-no-unit",
        remedy="Brian2 writes dv/dt = -v/tau : volt, and : 1 where there is no unit.",
        place=source.place(len(source.text.rstrip())),
    )


def _line(source: Source) -> Line:
    text = source.text
    colon = text.index(":")
    head, end = _HEAD.match(text[:colon]), _END.fullmatch(text[colon + 1 :])
    if head is None or end is None:
        raise InputError(
            "This is no equation of Brian2.",
            code="brian2-line",
            remedy="It is one of dx/dt = ... : unit, x = ... : unit, x : unit, with flags in brackets behind the unit.",
            place=source.place(0 if head is None else colon),
        )
    kind = FLOW if head["state"] else SUBEXPRESSION if head["name"] else PARAMETER
    name = head["state"] or head["name"] or head["bare"]
    start = head.end() + len(text[head.end() : colon]) - len(text[head.end() : colon].lstrip())
    unit = end["unit"].strip()
    at = colon + 1 + (text[colon + 1 :].find(unit) if unit else 0)
    flags = tuple(" ".join(flag.split()) for flag in (end["flags"] or "").split(",") if flag.strip())
    line = Line(kind, name, source, start, len(text[:colon].rstrip()), (unit, at), flags)
    _check(line)
    return line


def _check(line: Line) -> None:
    at = line.source.text.find(line.name)
    if line.name in _OWN or line.name.startswith(("xi_", "_")) or iskeyword(line.name):
        sentence = f"{line.name} has a meaning of its own in Brian2, so it cannot be a variable."
        line.fail(at, "brian2-name", sentence, "Choose another name.")
    for flag in line.flags:
        column = line.source.text.find(flag.split()[0], line.unit[1])
        if flag in _REFUSED:
            reason, remedy = _REFUSED[flag]
            line.fail(column, "brian2-flag", f"{line.name} is marked ({flag}): it {reason}.", remedy)
        if flag not in FLAGS[line.kind]:
            known = FLAGS[line.kind]
            remedy = near(flag, list(known)) or f"A {line.kind} may be marked: {', '.join(known)}."
            line.fail(column, "brian2-flag", f"A {line.kind} is not marked ({flag}).", remedy)
