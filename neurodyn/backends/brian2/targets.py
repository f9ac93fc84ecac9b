"""What Brian2 writes its code in, and its settings, which are left as they were."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from neurodyn.backends.brian2.functions import C
from neurodyn.errors import InputError

if TYPE_CHECKING:
    from neurodyn.backends.brian2.network import Network

NUMPY, CYTHON = "numpy", "cython"
TARGETS = (NUMPY, CYTHON)
REMEDY = 'Install one, or say in the environment variable CXX where it is; or take target="numpy".'
# What distutils and setuptools raise where a compiler fails.
FAILED = {"CompileError", "LinkError", "DistutilsExecError", "DistutilsPlatformError"}


@cache
def brian() -> Any:
    """Brian2, loaded; it puts a hook of its own into Python, which is taken out again."""
    hook = sys.excepthook
    import brian2

    sys.excepthook = hook
    return brian2


def check_compiler(target: str) -> None:
    """Refuse a target whose code cannot be compiled here, as far as can be seen before it is tried."""
    if target == NUMPY:
        return
    if find_spec("Cython") is None:
        raise InputError("The target cython needs Cython.", code="no-compiler", remedy='Or take target="numpy".')
    told = os.environ.get("CXX") or sysconfig.get_config_var("CXX")
    if os.name == "posix" and told and shutil.which(shlex.split(told)[0]) is None:
        raise no_compiler(target, f"{shlex.split(told)[0]} is not there")


def no_compiler(target: str, reason: str) -> InputError:
    """The error for a target that is compiled, where nothing can be."""
    return InputError(
        f"The target {target} needs a C++ compiler that works: {reason}.", code="no-compiler", remedy=REMEDY
    )


def check_functions(network: Network, target: str) -> None:
    """Refuse functions that a target lacks: Brian2 would call those of Python, unit by unit, or fail."""
    for word, arity in sorted(network.context.used):
        if target != NUMPY and (word, arity) not in C:
            raise network.context.refused(
                f"the target {target} has no function {word}", 'Take target="numpy", or the scipy backend.'
            )


@contextmanager
def settings(target: str) -> Iterator[None]:
    """Brian2 with the target that is wanted, and with its settings as they were afterwards."""
    b2 = brian()
    if type(b2.get_device()).__name__ != "RuntimeDevice":
        raise InputError(
            "Brian2 is set to a standalone device, which cannot run step by step.",
            code="brian2-device",
            remedy='Call brian2.set_device("runtime") first.',
        )
    from brian2.utils.logger import NameFilter

    # That a state is not finite is told by the outcome of a run.
    console, quiet = b2.BrianLogger.console_handler, NameFilter("invalid_values")
    # Of several processes that want the same code, one compiles it and the others wait.
    wanted = {"codegen.target": target, "codegen.runtime.cython.multiprocess_safe": True}
    before = {name: b2.prefs[name] for name in wanted}
    _set(b2.prefs, wanted)
    console.addFilter(quiet)
    try:
        yield
    except Exception as error:
        if _did_not_compile(error):
            raise no_compiler(target, "a compilation failed") from error
        raise
    finally:
        console.removeFilter(quiet)
        _set(b2.prefs, before)


def _set(prefs: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        prefs[name] = value


def _did_not_compile(error: BaseException | None) -> bool:
    while error is not None:
        if type(error).__name__ in FAILED:
            return True
        error = error.__cause__ or error.__context__
    return False
