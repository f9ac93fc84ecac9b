"""What Brian2 can write its code in, and what that needs."""

from __future__ import annotations

import os
import shlex
import shutil
import sysconfig
from importlib.util import find_spec
from typing import TYPE_CHECKING

from neurodyn.backends.brian2.functions import C
from neurodyn.errors import InputError

if TYPE_CHECKING:
    from neurodyn.backends.brian2.network import Network

NUMPY, CYTHON, STANDALONE = TARGETS = "numpy", "cython", "cpp_standalone"
REMEDY = 'Install one, or say in the environment variable CXX where it is; or take target="numpy".'
# What distutils and setuptools raise where a compiler fails.
FAILED = {"CompileError", "LinkError", "DistutilsExecError", "DistutilsPlatformError"}


def check_compiler(target: str) -> None:
    """Refuse a target whose code cannot be compiled here, as far as can be seen before it is tried."""
    if target == CYTHON and find_spec("Cython") is None:
        raise InputError("The target cython needs Cython.", code="no-compiler", remedy='Or take target="numpy".')
    if target == NUMPY or os.name != "posix":
        return
    told = "g++" if target == STANDALONE else sysconfig.get_config_var("CXX") or "c++"
    words = [shlex.split(os.environ.get("CXX") or told)[0], *(["make"] if target == STANDALONE else [])]
    for word in words:
        if shutil.which(word) is None:
            raise no_compiler(target, f"{word} is not there")


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


def did_not_compile(error: BaseException | None) -> bool:
    """Whether an error comes of one of a compiler."""
    while error is not None:
        if type(error).__name__ in FAILED:
            return True
        error = error.__cause__ or error.__context__
    return False
