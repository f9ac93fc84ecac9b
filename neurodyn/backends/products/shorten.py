"""From numbers of 64 bits to numbers of 32, as LLVM text: what is next to nothing becomes nothing.

Processors take a hundred times as long for a product with a subnormal number.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from neurodyn.backends.ensemble.compiler import Code

TINY = 2.0**-100  # what is smaller becomes 0
TINY_BITS = "0x39B0000000000000"  # as LLVM spells it
WIDTH = 16
# How many numbers; then where they are, and where they go.
FORM = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p)
TEXT = f"""
declare <{WIDTH} x double> @llvm.fabs.v{WIDTH}f64(<{WIDTH} x double>)
declare double @llvm.fabs.f64(double)

define void @run(i64 %n, ptr noalias %x, ptr noalias %y) {{
entry:
  %rest = urem i64 %n, {WIDTH}
  %whole = sub i64 %n, %rest
  %is.long = icmp ugt i64 %whole, 0
  br i1 %is.long, label %many, label %few

many:
  %k = phi i64 [ 0, %entry ], [ %k.next, %many ]
  %x.at = getelementptr double, ptr %x, i64 %k
  %v = load <{WIDTH} x double>, ptr %x.at, align 8
  %size = call <{WIDTH} x double> @llvm.fabs.v{WIDTH}f64(<{WIDTH} x double> %v)
  %tiny = fcmp olt <{WIDTH} x double> %size, splat (double {TINY_BITS})
  %kept = select <{WIDTH} x i1> %tiny, <{WIDTH} x double> zeroinitializer, <{WIDTH} x double> %v
  %short = fptrunc <{WIDTH} x double> %kept to <{WIDTH} x float>
  %y.at = getelementptr float, ptr %y, i64 %k
  store <{WIDTH} x float> %short, ptr %y.at, align 4
  %k.next = add i64 %k, {WIDTH}
  %k.on = icmp ult i64 %k.next, %whole
  br i1 %k.on, label %many, label %few

few:
  %any = icmp ugt i64 %rest, 0
  br i1 %any, label %one, label %out

one:
  %j = phi i64 [ %whole, %few ], [ %j.next, %one ]
  %j.at = getelementptr double, ptr %x, i64 %j
  %u = load double, ptr %j.at, align 8
  %u.size = call double @llvm.fabs.f64(double %u)
  %u.tiny = fcmp olt double %u.size, {TINY_BITS}
  %u.kept = select i1 %u.tiny, double 0.0, double %u
  %u.short = fptrunc double %u.kept to float
  %to.at = getelementptr float, ptr %y, i64 %j
  store float %u.short, ptr %to.at, align 4
  %j.next = add i64 %j, 1
  %j.on = icmp ult i64 %j.next, %n
  br i1 %j.on, label %one, label %out

out:
  ret void
}}
"""


def shorten(x: Any, into: Any) -> None:
    """Write numbers into an array of 32 bits."""
    x = np.ascontiguousarray(x)
    _code().run(x.size, x.ctypes.data, into.ctypes.data)


@cache
def _code() -> Code:
    from neurodyn.backends.ensemble.compiler import compiled
    from neurodyn.backends.ensemble.machine import host

    return compiled(TEXT, host(), FORM)
