"""The loop over steps: what is done in each, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from neurodyn.backends.ensemble.compiler import POINTERS
from neurodyn.backends.ensemble.spiking.element_text import STEP
from neurodyn.backends.ensemble.spiking.event_text import LOGGED
from neurodyn.backends.ensemble.spiking.function import Function
from neurodyn.backends.ensemble.spiking.memory import Memory
from neurodyn.backends.ensemble.spiking.update_text import ALARM

# Where the loop came to; the length of a step, and the ends of the piece of the run.
DONE, CLOCK = "done", "clock"
DT, BEGIN, END = 0, 1, 2
# The number of the step at which the run begins; how many events one step may have, and how many there is room for.
FIRST, MOST, ROOM = "first", "most", "room"
# The step from which on there are rows of what is read at times.
CHUNK = "chunk"
SAVED, SAVES, RECORD = "saved", "saves", "record"


class Main(Function):
    """The function that is called from outside, for the steps from `begin` to `end`."""

    @property
    def head(self) -> str:
        rest = ", ".join(f"ptr %p{k}" for k in range(1, POINTERS))
        return f"void @run(i64 %begin, i64 %end, i64 %watched, i64 %a, i64 %b, ptr noalias readonly %table, {rest})"


@dataclass(frozen=True, eq=False)
class Rows:
    """What has a row for each step of a chunk: where the row is copied to, and its length.

    Attributes:
        key: of the row; the table of all of them has the key ("rows", key).
    """

    key: tuple[Any, ...]
    size: int


def save_function(name: str, states: Sequence[tuple[str, int, int]], memory: Memory) -> Function:
    """Copy the states, at offsets, as often as this step is to be saved."""
    f = Function(name, memory)
    f.jump("next")
    f.block("next")
    cursor = f.get(SAVED, "0", "i64")
    f.fork(f.put(f"icmp eq i64 {f.get(SAVES, cursor, 'i64')}, %step"), "save", "end")
    f.block("save")
    size = sum(count for _, _, count in states)
    row = f.put(f"mul i64 {cursor}, {size}")
    for state, offset, count in states:
        place = f.put(f"add i64 {row}, {offset}")
        copy(f, f.at(RECORD, place, "double"), f.pointer(("state", state)), str(8 * count))
    f.set(SAVED, "0", "i64", f.put(f"add i64 {cursor}, 1"))
    f.jump("next")
    f.block("end")
    return f


def copy(f: Function, to: str, of: str, count: str) -> None:
    """Copy bytes."""
    f.act(f"call void @llvm.memcpy.p0.p0.i64(ptr {to}, ptr {of}, i64 {count}, i1 false)")


def time_function(name: str, rows: Sequence[Rows], events: Sequence[str], memory: Memory) -> Function:
    """The times of the step, and what is read at them; no event has happened yet."""
    f = Function(name, memory)
    for event in events:
        f.set(("count", event), "0", "i64", "0")
    first = f.get(FIRST, "0", "i64")
    number = f.put(f"sitofp i64 {f.put(f'add i64 %step, {first}')} to double")
    dt, begin, end = (f.get(CLOCK, str(k), "double") for k in (DT, BEGIN, END))
    for half in range(3):
        at = f.put(f"fmul double {f.put(f'fadd double {number}, {half / 2:.1f}')}, {dt}")
        low = f.put(f"call double @llvm.maxnum.f64(double {at}, double {begin})")
        f.set(STEP, str(half), "double", f.put(f"call double @llvm.minnum.f64(double {low}, double {end})"))
    for row in rows:
        into = f.put(f"sub i64 %step, {f.get(CHUNK, '0', 'i64')}")
        place = f.put(f"mul i64 {into}, {row.size}")
        copy(f, f.pointer(row.key), f.at(("rows", row.key), place, "double"), str(8 * row.size))
    return f


def main_function(before: Sequence[str], moves: Sequence[str], after: Sequence[str], memory: Memory) -> Main:
    """All steps, until there is an alarm or no more room for events.

    Args:
        before, moves, after: the functions to call in each step; an alarm of the moves ends the loop.
    """
    f = Main("run", memory)
    step = f.room("at", "i64")
    f.act(f"store i64 %begin, ptr {step}")
    f.jump("next")
    f.block("next")
    now = f.put(f"load i64, ptr {step}")
    f.fork(f.put(f"icmp slt i64 {now}, %end"), "some", "finish")
    f.block("some")
    most = f.put(f"add i64 {f.get(LOGGED, '0', 'i64')}, {f.first(MOST, 'i64')}")
    f.fork(f.put(f"icmp sle i64 {most}, {f.first(ROOM, 'i64')}"), "go", "finish")
    f.block("go")
    for name in (*before, *moves):
        f.act(f"call void @{name}(ptr %table, i64 {now})")
    _stop_at_alarm(f, "moved")
    for name in after:
        f.act(f"call void @{name}(ptr %table, i64 {now})")
    _stop_at_alarm(f, "acted")
    f.act(f"store i64 {f.put(f'add i64 {now}, 1')}, ptr {step}")
    f.jump("next")
    f.block("finish")
    f.set(DONE, "0", "i64", f.put(f"load i64, ptr {step}"))
    return f


def _stop_at_alarm(f: Function, label: str) -> None:
    alarm = f.put(f"and i64 {f.get(ALARM, '0', 'i64')}, %watched")
    f.fork(f.put(f"icmp ne i64 {alarm}, 0"), "finish", label)
    f.block(label)
