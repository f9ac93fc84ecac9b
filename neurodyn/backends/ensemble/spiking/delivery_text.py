"""Impulses that add constants to a state: no one reads that state while they do."""

from __future__ import annotations

from dataclasses import dataclass

from neurodyn.backends.ensemble.spiking.fans import Fan, Floats
from neurodyn.backends.ensemble.spiking.function import Function
from neurodyn.backends.ensemble.spiking.memory import Memory
from neurodyn.backends.ensemble.spiking.trains import Arrivals, Train


@dataclass(frozen=True, eq=False)
class Direct:
    """A state that jumps by a constant for each impulse, in the rows of a fan."""

    state: str
    train: Train
    fan: Fan
    weights: Floats

    @property
    def key(self) -> object:
        return ("direct", self.state, self.fan.key)

    def put(self, memory: Memory) -> None:
        """Its arrays."""
        memory.add(self.key, self.weights)


def direct_function(name: str, direct: Direct, memory: Memory) -> Function:
    """Add to the elements in the rows of all places that arrive."""
    f, fan = Function(name, memory), direct.fan
    single = direct.weights.size == 1
    factor = f.first(direct.key) if single else ""

    def one(place: str) -> None:
        begin = f.get(("begins", fan.key), place, "i64")
        end = f.get(("begins", fan.key), f.put(f"add i64 {place}, 1"), "i64")
        f.counting("edge", end, 1, add, begin)

    def add(edge: str) -> None:
        element = f.put(f"zext i32 {f.get(('elements', fan.key), edge, 'i32')} to i64")
        where = f.at(("state", direct.state), element, "double")
        weight = factor if single else f.get(direct.key, edge, "double")
        total = f.put(f"fadd double {f.put(f'load double, ptr {where}')}, {weight}")
        f.act(f"store double {total}, ptr {where}")

    Arrivals(f, direct.train).each("place", one)
    return f
