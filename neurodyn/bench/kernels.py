"""Limits of the processor, measured by compiled loops that do one operation and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from neurodyn.backends.ensemble.compiler import POINTERS, compiled
from neurodyn.backends.ensemble.machine import host
from neurodyn.backends.ensemble.vector_math import NAMES, functions

FUSED, DIVISION = "fused", "division"
# Independent vectors that go on at the same time: enough for results to be there when they are needed.
CHAINS = 10


def waiting(operation: str) -> Callable[[int], object]:
    """Does an operation on one number as many times as said, each time on what it gave before."""
    return _compiled(operation, 1, 1)


def at_once(operation: str) -> tuple[Callable[[int], object], int]:
    """Does an operation on independent vectors as many times as said; and how many numbers these are together."""
    width = host().width
    return _compiled(operation, width, CHAINS), width * CHAINS


def _compiled(operation: str, width: int, chains: int) -> Callable[[int], object]:
    code = compiled(_text(operation, width, chains), host())
    numbers = np.linspace(0.5, 0.9, width * chains)

    def run(times: int) -> object:
        code.run(times, 0, 0, 0, 0, numbers.ctypes.data, *[None] * (POINTERS - 1))
        return numbers

    return run


def _text(operation: str, width: int, chains: int) -> str:
    """A loop over `%times`; its numbers are read from and written to the first pointer."""
    kind = f"<{width} x double>"
    numbers = range(chains)
    ways = [f"  %p{k} = getelementptr {kind}, ptr %q0, i64 {k}" for k in numbers]
    before = [f"  %x{k} = load {kind}, ptr %p{k}, align 8" for k in numbers]
    carried = [f"  %y{k} = phi {kind} [ %x{k}, %entry ], [ %z{k}, %loop ]" for k in numbers]
    after = [f"  store {kind} %z{k}, ptr %p{k}, align 8" for k in numbers]
    head = ", ".join(["i64 %times", *[f"i64 %n{k}" for k in range(4)], *[f"ptr %q{k}" for k in range(POINTERS)]])
    lines = [
        *[functions([operation], width) if operation in NAMES else ""],
        *[f"declare {kind} @llvm.fma.v{width}f64({kind}, {kind}, {kind})" if operation == FUSED else ""],
        f"define void @run({head}) {{",
        *["entry:", *ways, *before, "  br label %loop"],
        *["loop:", "  %done = phi i64 [ 0, %entry ], [ %next, %loop ]", *carried],
        *[f"  %z{k} = {_step(operation, kind, width, k)}" for k in numbers],
        *["  %next = add i64 %done, 1", "  %more = icmp slt i64 %next, %times"],
        *["  br i1 %more, label %loop, label %end", "end:", *after, "  ret void", "}"],
    ]
    return "\n".join(lines)


def _step(operation: str, kind: str, width: int, k: int) -> str:
    """The operation on `%y{k}`; its results stay of ordinary size."""
    if operation == FUSED:
        half = _all(0.5, width)
        return f"call {kind} @llvm.fma.v{width}f64({kind} %y{k}, {kind} {half}, {kind} {half})"
    if operation == DIVISION:
        return f"fdiv {kind} {_all(0.5, width)}, %y{k}"
    return f"call {kind} @nd_{operation}({kind} %y{k})"


def _all(value: float, width: int) -> str:
    return "<" + ", ".join([f"double {value}"] * width) + ">"
