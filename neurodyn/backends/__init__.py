"""Engines that carry out a plan, found by name and loaded on use."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from neurodyn.errors import InputError

if TYPE_CHECKING:
    from neurodyn.backends.plan import Backend, Plan

# In order of preference: the first that can carry out a plan is chosen when no name is given.
TABLE = {
    "scipy": "neurodyn.backends.scipy_backend:SciPy",
    "map": "neurodyn.backends.map_backend:Map",
    "dae": "neurodyn.backends.dae_backend:DAE",
    "fixed": "neurodyn.backends.fixed_backend:Fixed",
    "brian2": "neurodyn.backends.brian2.backend:Brian2",
    "ensemble": "neurodyn.backends.ensemble.backend:Ensemble",
}
GROUP = "neurodyn.backends"
# The backend that runs models with their constraints, also where these were solved for.
CONSTRAINED = "dae"

__all__ = ["CONSTRAINED", "choose", "find", "names", "with_own_method"]


@cache
def _installed() -> dict[str, EntryPoint]:
    """Backends that other packages bring."""
    return {point.name: point for point in entry_points(group=GROUP)}


@cache
def _shipped(name: str) -> type[Backend]:
    module, _, member = TABLE[name].partition(":")
    found: type[Backend] = getattr(import_module(module), member)
    return found


def names() -> tuple[str, ...]:
    """Every backend that can be asked for; the shipped ones come first."""
    return (*TABLE, *sorted(set(_installed()) - set(TABLE)))


def find(name: str) -> Backend:
    """The backend of this name."""
    if name in TABLE:
        found: Backend = _shipped(name)()
    elif name in _installed():
        found = _installed()[name].load()()
    else:
        near = get_close_matches(str(name), names(), 1)
        raise InputError(
            f"There is no backend called {name}.",
            code="unknown-backend",
            remedy=f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names())}.",
        )
    return found


def choose(plan: Plan, name: str | None = None) -> Backend:
    """The named backend, or the first that can carry out the plan; a plan beyond its abilities is refused."""
    from neurodyn.backends.plan import needs

    needed = needs(plan)
    for candidate in map(find, names() if name is None else (name,)):
        if needed <= candidate.abilities:
            return candidate
    _check_known("target", plan.target)
    _check_known("storage", plan.storage)
    who = "No backend can" if name is None else f"The backend {name} cannot"
    lacking = needed if name is None else needed - find(name).abilities
    able = [other for other in names() if needed <= find(other).abilities]
    raise InputError(
        f"{who} run {plan.system.name}: it needs {', '.join(sorted(lacking))}{_reason(plan, lacking)}.",
        code="missing-ability",
        remedy=f"Able to run it: {', '.join(able)}." if able else "Install a backend that has it.",
    )


def _reason(plan: Plan, lacking: frozenset[str]) -> str:
    """Why it needs a backend that solves constraints."""
    unsolved = plan.system.structure.unsolved if CONSTRAINED in lacking else ""
    return f", since {unsolved}" if unsolved else ""


def _check_known(what: str, asked: str | None) -> None:
    """Refuse a target or a storage that no backend has."""
    begin = f"{what}:"
    known = {
        a.removeprefix(begin): None for name in names() for a in sorted(find(name).abilities) if a.startswith(begin)
    }
    if asked is not None and asked not in known:
        raise InputError(
            f"No backend has a {what} {asked}.", code=f"unknown-{what}", remedy=f"There are: {', '.join(known)}."
        )


def with_own_method(plan: Plan, engine: Backend) -> Plan:
    """The plan without the method of the bench where that is one of another backend: the one the bench runs on."""
    if plan.method is None:
        return plan
    bench = plan.system.model.bench.get("backend")
    return plan if engine.name == (bench or choose(plan).name) else replace(plan, method=None)
