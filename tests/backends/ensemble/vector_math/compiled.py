"""Functions of the table compiled by themselves, over arrays."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

import llvmlite.binding as llvm
import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.vector_math import functions
from neurodyn.backends.ensemble.vector_math.table import ROWS

Array = NDArray[np.float64]
POINTER = ctypes.c_void_p


def loop(name: str, arity: int, width: int) -> str:
    """A function `run(passes, count, out, *arguments)` over arrays of a multiple of `width`."""
    reals = f"<{width} x double>"
    arguments = ", ".join(f"ptr noalias %a{k}" for k in range(arity))
    loads = "\n".join(
        f"  %p{k} = getelementptr double, ptr %a{k}, i64 %i\n  %x{k} = load {reals}, ptr %p{k}, align 8"
        for k in range(arity)
    )
    values = ", ".join(f"{reals} %x{k}" for k in range(arity))
    return f"""
define void @run(i64 %passes, i64 %count, ptr noalias %out, {arguments}) {{
entry:
  br label %pass
pass:
  %done = phi i64 [ 0, %entry ], [ %passed, %turn ]
  br label %body
body:
  %i = phi i64 [ 0, %pass ], [ %next, %body ]
{loads}
  %y = call {reals} @nd_{name}({values})
  %q = getelementptr double, ptr %out, i64 %i
  store {reals} %y, ptr %q, align 8
  %next = add i64 %i, {width}
  %more = icmp slt i64 %next, %count
  br i1 %more, label %body, label %turn
turn:
  %passed = add i64 %done, 1
  %again = icmp slt i64 %passed, %passes
  br i1 %again, label %pass, label %end
end:
  ret void
}}
"""


def machine(text: str, cpu: str = "") -> llvm.ExecutionEngine:
    """Compiled text, for the processor at hand or a named one that it can stand for."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_assembly(text)
    module.verify()
    features = llvm.get_host_cpu_features().flatten().replace("+prefer-256-bit", "") + ",-prefer-256-bit"
    target = llvm.Target.from_default_triple().create_target_machine(
        cpu=cpu or llvm.get_host_cpu_name(), features="" if cpu else features, opt=3
    )
    builder = llvm.create_pass_builder(target, llvm.create_pipeline_tuning_options(speed_level=1))
    builder.getModulePassManager().run(module, builder)
    engine = llvm.create_mcjit_compiler(module, target)
    engine.finalize_object()
    return engine


@cache
def compiled(name: str, width: int, cpu: str = "") -> Callable[..., Array]:
    """One function over arrays of a multiple of `width`."""
    arity = ROWS[name].arity
    engine = machine(functions([name], width) + loop(name, arity, width), cpu)
    run = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, POINTER, *[POINTER] * arity)(
        engine.get_function_address("run")
    )

    def call(*arguments: Array, out: Array | None = None, passes: int = 1) -> Array:
        given = [np.ascontiguousarray(a) for a in arguments]
        found = np.empty_like(given[0]) if out is None else out
        run(passes, found.size, found.ctypes.data, *(a.ctypes.data for a in given))
        return found

    call.engine = engine  # type: ignore[attr-defined]  # the code lives as long as it
    return call
