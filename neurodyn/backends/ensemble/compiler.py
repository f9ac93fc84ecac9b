"""From LLVM text to a function that can be called; machine code is kept on disk."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

from neurodyn.backends.ensemble import cache
from neurodyn.backends.ensemble.machine import Machine

POINTERS = 14
RUN = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 5, *[ctypes.c_void_p] * POINTERS)
RUN_EVENTS = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 5, *[ctypes.c_void_p] * (POINTERS + 1))


@dataclass(frozen=True, eq=False)
class Code:
    """A compiled function, with what keeps it alive.

    Attributes:
        from_disk: whether its machine code was there already.
    """

    run: Any
    from_disk: bool
    _engine: Any = field(repr=False)


def compiled(text: str, machine: Machine, form: Any = RUN) -> Code:
    """The function `run` of a text; `form` is what it looks like to C."""
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    key = cache.key(text, machine)
    code = cache.read(key)
    from_disk = code is not None
    if code is None:
        code = _machine_code(text, machine)
        cache.write(key, code)
    engine = binding.create_lljit_compiler(_target(machine), use_jit_link=True)
    library = (
        binding.JITLibraryBuilder().add_current_process().add_object_img(code).export_symbol("run").link(engine, key)
    )
    return Code(form(library["run"]), from_disk, (library, engine))


def _target(machine: Machine) -> Any:
    from llvmlite import binding

    triple = binding.Target.from_default_triple()
    # Constants lie within reach of the code: one loader puts both into one piece of memory.
    return triple.create_target_machine(
        cpu=machine.cpu, features=machine.features, opt=3, reloc="pic", codemodel="small"
    )


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
