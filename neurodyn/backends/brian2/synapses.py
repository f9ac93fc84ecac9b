"""Junctions and edges as objects of Brian2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurodyn.backends.brian2.device import brian
from neurodyn.backends.brian2.junctions import Generator, Junction
from neurodyn.backends.brian2.resume import Sent
from neurodyn.backends.brian2.sites import Array, Places
from neurodyn.backends.brian2.units import Edges, Path

# Within the slot in which states move: sums are added up, then edges move, then units, which come at 0.
SUMS, EDGES = -2, -1


@dataclass(frozen=True, eq=False)
class Joining:
    """How synapses are made.

    Attributes:
        dt: the length of a step, in Brian2's units.
        sent: the impulses that are on their way, by train.
    """

    clock: Any
    dt: Any
    namespace: Mapping[str, Any]
    sent: Mapping[str, Sent]

    def plain(self, one: Junction, source: Any, target: Any) -> Any:
        """Synapses without states."""
        copies, units = (one.source.copies, one.source.units) if isinstance(one.source, Generator) else (1, 0)
        lines = [*([one.line] if one.line else []), *_declared(one.site.constants)]
        found = self._made(one.name, source, target, lines, one.paths)
        # Those of one sender lie side by side, as Brian2 itself makes them: an impulse finds them together in memory.
        order = np.argsort(one.pre, kind="stable")
        pre = np.concatenate([one.pre[order] + units * k for k in range(copies)])
        found.connect(i=pre, j=np.tile(one.post[order], copies))
        self._fill(found, one.paths, one.site.constants, order, copies)
        for own, path in self._awaited(one.paths):
            self.sent[path.train].fill(getattr(found, own), path, units)
        return found

    def edges(self, one: Edges, source: Any, target: Any, method: Any) -> Any:
        """Synapses with states; their flow reads units before these move."""
        lines = [*one.lines, *_declared(one.site.constants)]
        found = self._made(one.name, source, target, lines, one.paths, method=method)
        first, second = one.site.at.values()
        found.connect(i=second, j=first)
        self._fill(found, one.paths, {**one.starts, **one.site.constants}, np.arange(first.size))
        for own, path in self._awaited(one.paths):
            self.sent[path.train].fill(getattr(found, own), path, 0)
        for order, (code, when) in enumerate(one.regular, 2):
            found.run_regularly(code, when=when, order=order)
        if found.state_updater is not None:
            found.state_updater.order = EDGES
        return found

    def _awaited(self, paths: Sequence[Path]) -> list[tuple[str, Path]]:
        return [(own, path) for own, path in _named(paths).items() if path.train in self.sent]

    def _made(
        self, name: str, source: Any, target: Any, lines: Sequence[str], paths: Sequence[Path], **more: Any
    ) -> Any:
        acts: dict[str, dict[str, Any]] = {}
        for own, path in _named(paths).items():
            acts.setdefault(f"on_{path.side}", {})[own] = path.code
            acts.setdefault("on_event", {})[own] = path.event
            if path.delay is not None and _is_shared(path.delay):  # much faster than equal ones of each
                acts.setdefault("delay", {})[own] = path.delay[0] * self.dt
        found = brian().Synapses(
            source, target, model="\n".join(lines), clock=self.clock, namespace=self.namespace,
            name=f"neurodyn_{name}", **acts, **more,
        )  # fmt: skip
        for own, path in _named(paths).items():
            pathway = getattr(found, own)
            pathway.order, pathway.when = path.order, path.when
        for updater in found.summed_updaters.values():
            updater.order = SUMS
        return found

    def _fill(
        self, made: Any, paths: Sequence[Path], values: Mapping[str, Array], order: Places, copies: int = 1
    ) -> None:
        for name, value in values.items():
            getattr(made, name)[:] = np.tile(value[order], copies)
        for own, path in _named(paths).items():
            if path.delay is not None and not _is_shared(path.delay):
                getattr(made, own).delay = np.tile(path.delay[order], copies) * self.dt


def _declared(constants: Mapping[str, Array]) -> list[str]:
    return [f"{name} : 1 (constant)" for name in constants]


def _named(paths: Sequence[Path]) -> dict[str, Path]:
    return {f"impulse{number}": path for number, path in enumerate(paths)}


def _is_shared(delay: Array) -> bool:
    """Whether all synapses have one delay."""
    return bool(delay.size) and bool((delay == delay[0]).all())
