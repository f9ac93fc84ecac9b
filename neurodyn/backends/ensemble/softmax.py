"""The exponentials of a softmax as LLVM text: two passes over each row, which stays in a cache between them."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.backends.ensemble.vector_math import functions
from neurodyn.backends.plan import Floats
from neurodyn.program.runtime import DEEP

if TYPE_CHECKING:
    from neurodyn.backends.ensemble.compiler import Code
    from neurodyn.backends.ensemble.machine import Machine

# How many rows, and of how many numbers; then the rows, a factor for each, and where their sums go.
FORM = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 2, *[ctypes.c_void_p] * 3)
NONE = "splat (double 0xFFF0000000000000)"  # -infinity
TEXT = """declare {v} @llvm.masked.load.{suffix}.p0(ptr, i32, {flags}, {v})
declare void @llvm.masked.store.{suffix}.p0({v}, ptr, i32, {flags})
declare double @llvm.vector.reduce.fmax.{suffix}({v})
declare double @llvm.vector.reduce.fadd.{suffix}(double, {v})
declare double @llvm.fabs.f64(double)

define {v} @weighed({v} %x, {v} %top) alwaysinline {{
  %below = fsub {v} %x, %top
  %e = call {v} @nd_exp({v} %below)
  %deep = fcmp olt {v} %below, {deep}
  %found = select {flags} %deep, {v} zeroinitializer, {v} %e
  ret {v} %found
}}

define void @run(i64 %rows, i64 %n, ptr %x, ptr %factors, ptr %sums) {{
entry:
  %rest = urem i64 %n, {width}
  %whole = sub i64 %n, %rest
  %rest.0 = insertelement <{width} x i64> poison, i64 %rest, i64 0
  %rests = shufflevector <{width} x i64> %rest.0, <{width} x i64> poison, <{width} x i32> zeroinitializer
  %mask = icmp ult <{width} x i64> <{lanes}>, %rests
  %is.long = icmp ugt i64 %whole, 0
  %any = icmp ugt i64 %rows, 0
  br i1 %any, label %row, label %out

row:
  %r = phi i64 [ 0, %entry ], [ %r.next, %row.end ]
  %first = mul i64 %r, %n
  %at = getelementptr double, ptr %x, i64 %first
  %end = getelementptr double, ptr %at, i64 %whole
  %f.at = getelementptr double, ptr %factors, i64 %r
  %f = load double, ptr %f.at, align 8
  %f.0 = insertelement {v} poison, double %f, i64 0
  %fs = shufflevector {v} %f.0, {v} poison, <{width} x i32> zeroinitializer
  %last.x = call {v} @llvm.masked.load.{suffix}.p0(ptr %end, i32 8, {flags} %mask, {v} zeroinitializer)
  %last.f = fmul {v} %last.x, %fs
  %last = select {flags} %mask, {v} %last.f, {v} {none}
  br i1 %is.long, label %top, label %top.end

top:
  %i = phi i64 [ 0, %row ], [ %i.next, %top ]
  %most = phi {v} [ %last, %row ], [ %most.next, %top ]
  %i.at = getelementptr double, ptr %at, i64 %i
  %a.x = load {v}, ptr %i.at, align 8
  %a = fmul {v} %a.x, %fs
  %more = fcmp ogt {v} %a, %most
  %most.next = select {flags} %more, {v} %a, {v} %most
  %i.next = add i64 %i, {width}
  %i.on = icmp ult i64 %i.next, %whole
  br i1 %i.on, label %top, label %top.end

top.end:
  %mosts = phi {v} [ %last, %row ], [ %most.next, %top ]
  %largest = call double @llvm.vector.reduce.fmax.{suffix}({v} %mosts)
  %size = call double @llvm.fabs.f64(double %largest)
  %is.finite = fcmp olt double %size, 0x7FF0000000000000
  %taken = select i1 %is.finite, double %largest, double 0.0
  %taken.0 = insertelement {v} poison, double %taken, i64 0
  %tops = shufflevector {v} %taken.0, {v} poison, <{width} x i32> zeroinitializer
  %e.last = call {v} @weighed({v} %last, {v} %tops)
  call void @llvm.masked.store.{suffix}.p0({v} %e.last, ptr %end, i32 8, {flags} %mask)
  %begin = select {flags} %mask, {v} %e.last, {v} zeroinitializer
  br i1 %is.long, label %weigh, label %row.end

weigh:
  %j = phi i64 [ 0, %top.end ], [ %j.next, %weigh ]
  %sum = phi {v} [ %begin, %top.end ], [ %sum.next, %weigh ]
  %j.at = getelementptr double, ptr %at, i64 %j
  %b.x = load {v}, ptr %j.at, align 8
  %b = fmul {v} %b.x, %fs
  %e = call {v} @weighed({v} %b, {v} %tops)
  store {v} %e, ptr %j.at, align 8
  %sum.next = fadd {v} %sum, %e
  %j.next = add i64 %j, {width}
  %j.on = icmp ult i64 %j.next, %whole
  br i1 %j.on, label %weigh, label %row.end

row.end:
  %all = phi {v} [ %begin, %top.end ], [ %sum.next, %weigh ]
  %total = call double @llvm.vector.reduce.fadd.{suffix}(double 0.0, {v} %all)
  %r.at = getelementptr double, ptr %sums, i64 %r
  store double %total, ptr %r.at, align 8
  %r.next = add i64 %r, 1
  %on = icmp ult i64 %r.next, %rows
  br i1 %on, label %row, label %out

out:
  ret void
}}
"""


def weights(x: Floats, factor: Floats | float = 1.0, machine: Machine | None = None) -> Floats:
    """Exponentials relative to the largest of each row, in place of x; their sums.

    Args:
        x: the exponents, but for a factor that is the same along each row; rows lie one behind the other.
        machine: what the code is for, if not this one.
    """
    sums, factors = np.empty(x.shape[:-1]), np.empty((*x.shape[:-1], 1))
    factors[...] = factor
    _code(machine).run(sums.size, x.shape[-1], x.ctypes.data, factors.ctypes.data, sums.ctypes.data)
    return sums


@cache
def _code(machine: Machine | None) -> Code:
    from neurodyn.backends.ensemble.compiler import compiled
    from neurodyn.backends.ensemble.machine import host

    machine = machine or host()
    return compiled(text(max(2, machine.width)), machine, FORM)


def text(width: int) -> str:
    """The function `run`.

    What is infinite is no largest; exponents below `DEEP` give 0. The last numbers of a row are read under a mask.
    """
    lanes = ", ".join(f"i64 {k}" for k in range(width))
    kinds = {"v": f"<{width} x double>", "flags": f"<{width} x i1>", "suffix": f"v{width}f64"}
    told = TEXT.format(width=width, lanes=lanes, deep=f"splat (double {DEEP:.1f})", none=NONE, **kinds)
    return functions(["exp"], width) + told
