"""From LLVM text to a function that can be called; machine code is kept on disk."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

from neurodyn.backends.ensemble import cache
from neurodyn.backends.ensemble.machine import Machine

POINTERS = 12
RUN = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 5, *[ctypes.c_void_p] * POINTERS)


@dataclass(frozen=True, eq=False)
class Code:
    """A compiled function, with what keeps it alive.

    Attributes:
        from_disk: whether its machine code was there already.
    """

    run: Any
    from_disk: bool
    _engine: Any = field(repr=False)


def compiled(text: str, machine: Machine) -> Code:
    """The function `run` of a text."""
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    key = cache.key(text, machine)
    code = cache.read(key)
    from_disk = code is not None
    if code is None:
        code = _machine_code(text, machine)
        cache.write(key, code)
    target = _target(machine)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), target)
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    address = engine.get_function_address("run")
    return Code(RUN(address), from_disk, engine)


def _target(machine: Machine) -> Any:
    from llvmlite import binding

    triple = binding.Target.from_default_triple()
    return triple.create_target_machine(cpu=machine.cpu, features=machine.features, opt=3, jit=True)


def _machine_code(text: str, machine: Machine) -> bytes:
    from llvmlite import binding

    module = binding.parse_assembly(text)
    module.triple = binding.get_process_triple()
    module.verify()
    target = _target(machine)
    module.data_layout = str(target.target_data)
    options = binding.create_pipeline_tuning_options(speed_level=1)
    builder = binding.create_pass_builder(target, options)
    builder.getModulePassManager().run(module, builder)
    found: bytes = target.emit_object(module)
    return found
