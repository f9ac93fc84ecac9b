"""Thresholds, resets and refractory periods of Brian2 as events."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.language.units import SECOND
from neurodyn.model.brian2.dimensions import Dimensions, check_unit
from neurodyn.model.brian2.lines import FLOW
from neurodyn.model.brian2.objects import Given
from neurodyn.model.brian2.resets import Changes, read_changes
from neurodyn.model.brian2.scope import Scope
from neurodyn.model.brian2.through import reads, spelled_out
from neurodyn.model.brian2.translate import Translator
from neurodyn.model.brian2.values import is_quantity, measured, quantity_text

SPIKE = "spike"


@dataclass(frozen=True)
class Happening:
    """An event: when it happens, or at which rate, in the language, and what follows."""

    name: str
    cause: tuple[str, str]
    changes: Changes
    refractory: str = ""
    hold: tuple[str, ...] = ()

    def entry(self, scope: Scope) -> dict[str, Any]:
        """The event as a model file says it."""
        statements = [self.changes.text(scope)] if self.changes.values else []
        if scope.clock and self.name.startswith(SPIKE):
            statements.append(f"{scope.key('lastspike')} = t")
        said: dict[str, Any] = dict([self.cause])
        said |= {"set": "\n".join(statements)} if statements else {}
        said |= {"refractory": self.refractory} if self.refractory else {}
        return said | ({"hold": [scope.key(name) for name in self.hold]} if self.hold else {})


def read_happenings(scope: Scope, given: Given) -> tuple[Happening, ...]:
    """The spikes, and further events."""
    found = [_spikes(scope, given)] if given.threshold is not None else []
    for name, (condition, statements) in given.events.items():
        tree, cause = _cause(scope, name, condition)
        changes = read_changes(scope, statements, f"statements of {name}")
        _check_ends(scope, name, condition, tree, changes)
        found.append(Happening(name, cause, changes))
    return tuple(found)


def _spikes(scope: Scope, given: Given) -> Happening:
    condition = given.threshold
    assert condition is not None
    tree, cause = _cause(scope, "threshold", condition)
    changes = read_changes(scope, given.reset or "", "reset")
    until = _until(scope, given, tree)
    held = tuple(n for n, line in scope.lines.items() if line.kind == FLOW and "unless refractory" in line.flags)
    name = SPIKE if SPIKE not in {*scope.lines, *scope.namespace} else f"{SPIKE}s"
    if until is None:
        _refuse_flag(held, "refractory is a condition, so how long it lasts is not known")
        return Happening(name, cause, changes)
    if not until:
        _refuse_flag(held, "no refractory period is given")
        _check_ends(scope, "threshold", condition, tree, changes)
    return Happening(name, cause, changes, until, held)


def _cause(scope: Scope, name: str, condition: str) -> tuple[ast.expr, tuple[str, str]]:
    """The tree of a condition, and the cause of its event: `rand() < rate*dt` is a Poisson process."""
    translator = Translator(scope, Source(" ".join(condition.split()), file=name))
    tree = translator.tree()
    rate = _rate(tree)
    if rate is not None:
        return tree, ("rate", translator.text(rate))
    translator.text(tree)
    Dimensions(scope, translator.source).read()
    if not translator.is_truth(tree):
        translator.fail(tree, "brian2-condition", f"{name} is no condition.", "Compare it: v > v_th.")
    return tree, ("when", translator.text(spelled_out(scope, tree, translator.source)))


def _rate(tree: ast.expr) -> ast.expr | None:
    """The rate in `rand() < rate*dt`."""
    match tree:
        case ast.Compare(
            left=ast.Call(func=ast.Name(id="rand"), args=[]), ops=[ast.Lt() | ast.LtE()], comparators=[chance]
        ):
            return _without_step(chance)
    return None


def _without_step(tree: ast.expr) -> ast.expr | None:
    """A product without its factor `dt`."""
    match tree:
        case ast.BinOp(left=left, op=ast.Mult(), right=ast.Name(id="dt")):
            return left
        case ast.BinOp(left=ast.Name(id="dt"), op=ast.Mult(), right=right):
            return right
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as operator, right=right):
            inner = _without_step(left)
            return None if inner is None else ast.copy_location(ast.BinOp(inner, operator, right), tree)
    return None


def _until(scope: Scope, given: Given, threshold: ast.expr) -> str | None:
    """The refractory period in the language, empty without one; None where it lasts as long as the threshold holds."""
    period = given.refractory
    if period is None or period is False:
        return ""
    if isinstance(period, str) and not is_quantity(period):
        translator = Translator(scope, Source(" ".join(period.split()), file="refractory"))
        tree = translator.tree()
        text = translator.text(tree)
        if not translator.is_truth(tree):
            check_unit(Dimensions(scope, translator.source), SECOND, "refractory")
            return text
        if ast.dump(tree) == ast.dump(threshold):
            return None
        translator.fail(
            tree,
            "brian2-refractory",
            "This refractory condition is not the threshold, and the language knows refractory periods only.",
            "Give a time, or the condition of the threshold again.",
        )
    number, unit = measured("refractory", period)
    if unit is None or not unit.fits(SECOND) or isinstance(number, list):
        raise InputError(
            f"refractory is {period!r}, which is no time.", code="brian2-refractory", remedy="Give, say, 2*brian2.ms."
        )
    return quantity_text(number, unit)


def _refuse_flag(held: tuple[str, ...], why: str) -> None:
    if held:
        raise InputError(
            f"{held[0]} is marked (unless refractory), but {why}.",
            code="brian2-refractory",
            remedy="Give refractory a time, or leave the flag out.",
        )


def _check_ends(scope: Scope, name: str, condition: str, tree: ast.expr, changes: Changes) -> None:
    """Refuse an event after which its condition holds as before: there Brian2 goes on at every step, and we do not."""
    if _rate(tree) is None and not reads(scope, tree) & changes.values.keys():
        raise InputError(
            f"Nothing ends the condition {condition.strip()}: where it holds, Brian2 makes an event at every step.",
            code="brian2-level",
            remedy="Give refractory the condition of the threshold: then it counts once, where it becomes true."
            if name == "threshold"
            else "Set a variable that the condition reads.",
        )
