"""Squared distances as LLVM text: one pass adds the squares of points to products, and lists what must be refined."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.program.runtime import NEAR

if TYPE_CHECKING:
    from neurodyn.backends.ensemble.compiler import Code

WIDTH = 16
# Rows and columns; then the products, the squares of rows and of columns, the bound of each row below which places are
# listed, and the list: places where so many numbers begin of which one is below. It tells how long the list is.
FORM = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * 2, *[ctypes.c_void_p] * 5)
TEXT = f"""
declare i1 @llvm.vector.reduce.or.v{WIDTH}i1(<{WIDTH} x i1>)

define i64 @run(i64 %rows, i64 %n, ptr noalias %raw, ptr noalias %own, ptr noalias %other, ptr noalias %bounds,
                ptr noalias %list) {{
entry:
  %rest = urem i64 %n, {WIDTH}
  %whole = sub i64 %n, %rest
  %is.long = icmp ugt i64 %whole, 0
  %is.uneven = icmp ugt i64 %rest, 0
  br label %row

row:
  %r = phi i64 [ 0, %entry ], [ %r.next, %row.end ]
  %count.0 = phi i64 [ 0, %entry ], [ %count.3, %row.end ]
  %first = mul i64 %r, %n
  %own.at = getelementptr double, ptr %own, i64 %r
  %o = load double, ptr %own.at, align 8
  %o.0 = insertelement <{WIDTH} x double> poison, double %o, i64 0
  %os = shufflevector <{WIDTH} x double> %o.0, <{WIDTH} x double> poison, <{WIDTH} x i32> zeroinitializer
  %bound.at = getelementptr double, ptr %bounds, i64 %r
  %bound = load double, ptr %bound.at, align 8
  %b.0 = insertelement <{WIDTH} x double> poison, double %bound, i64 0
  %bs = shufflevector <{WIDTH} x double> %b.0, <{WIDTH} x double> poison, <{WIDTH} x i32> zeroinitializer
  br i1 %is.long, label %many, label %many.end

many:
  %k = phi i64 [ 0, %row ], [ %k.next, %on ]
  %count = phi i64 [ %count.0, %row ], [ %count.1, %on ]
  %at = add i64 %first, %k
  %raw.at = getelementptr double, ptr %raw, i64 %at
  %v = load <{WIDTH} x double>, ptr %raw.at, align 8
  %s = fadd <{WIDTH} x double> %v, %os
  %other.at = getelementptr double, ptr %other, i64 %k
  %p = load <{WIDTH} x double>, ptr %other.at, align 8
  %d = fadd <{WIDTH} x double> %s, %p
  store <{WIDTH} x double> %d, ptr %raw.at, align 8
  %below = fcmp olt <{WIDTH} x double> %d, %bs
  %any = call i1 @llvm.vector.reduce.or.v{WIDTH}i1(<{WIDTH} x i1> %below)
  br i1 %any, label %note, label %on

note:
  %list.at = getelementptr i64, ptr %list, i64 %count
  store i64 %at, ptr %list.at, align 8
  %count.more = add i64 %count, 1
  br label %on

on:
  %count.1 = phi i64 [ %count, %many ], [ %count.more, %note ]
  %k.next = add i64 %k, {WIDTH}
  %k.on = icmp ult i64 %k.next, %whole
  br i1 %k.on, label %many, label %many.end

many.end:
  %count.2 = phi i64 [ %count.0, %row ], [ %count.1, %on ]
  br i1 %is.uneven, label %rest.note, label %row.end

rest.note:
  %rest.at = add i64 %first, %whole
  %rest.list = getelementptr i64, ptr %list, i64 %count.2
  store i64 %rest.at, ptr %rest.list, align 8
  %count.rest = add i64 %count.2, 1
  br label %one

one:
  %j = phi i64 [ %whole, %rest.note ], [ %j.next, %one ]
  %j.at = add i64 %first, %j
  %u.at = getelementptr double, ptr %raw, i64 %j.at
  %u = load double, ptr %u.at, align 8
  %u.s = fadd double %u, %o
  %q.at = getelementptr double, ptr %other, i64 %j
  %q = load double, ptr %q.at, align 8
  %u.d = fadd double %u.s, %q
  store double %u.d, ptr %u.at, align 8
  %j.next = add i64 %j, 1
  %j.on = icmp ult i64 %j.next, %n
  br i1 %j.on, label %one, label %row.end

row.end:
  %count.3 = phi i64 [ %count.2, %many.end ], [ %count.rest, %one ]
  %r.next = add i64 %r, 1
  %r.on = icmp ult i64 %r.next, %rows
  br i1 %r.on, label %row, label %out

out:
  ret i64 %count.3
}}
"""


def added(raw: Any, own: Any, other: Any) -> Any:
    """Add squares of rows and of columns to products; places in the flat array among which the small ones are.

    The last numbers of each row are listed without a look.
    """
    rows, columns = raw.shape
    own, other = (np.ascontiguousarray(x, dtype=float).reshape(-1) for x in (own, other))
    bounds = (own + other.max()) * NEAR
    found = np.empty(rows * (columns // WIDTH + 1), np.int64)
    arrays = (x.ctypes.data for x in (raw, own, other, bounds, found))
    places = (found[: _code().run(rows, columns, *arrays), None] + np.arange(WIDTH)).reshape(-1)
    return places[places < raw.size]


@cache
def _code() -> Code:
    from neurodyn.backends.ensemble.compiler import compiled
    from neurodyn.backends.ensemble.machine import host

    return compiled(TEXT, host(), FORM)
