"""Brian2 itself: how a network of it is run on each target. Its settings are left as they were."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from neurodyn.backends.brian2.targets import NUMPY, STANDALONE, did_not_compile, no_compiler
from neurodyn.errors import InputError

Report = Callable[[float], None]
# How often a network that runs by itself tells how far it has come, and looks whether it is to stop.
LOOKS = 100
SECONDS = 0.1


@cache
def brian() -> Any:
    """Brian2, loaded; it puts a hook of its own into Python, which is taken out again."""
    hook = sys.excepthook
    import brian2

    sys.excepthook = hook
    return brian2


class Device(Protocol):
    """What runs networks."""

    def watched(self, steps: int, dt: Any) -> list[Any]:
        """What a network of so many steps needs beside its own objects to be run."""
        ...

    def run(self, net: Any, steps: int, dt: Any, report: Report) -> int:
        """Go through the steps; Ctrl-C ends it early, and Brian2 does not say so.

        Returns:
            How many steps were taken.
        """
        ...


class Runtime:
    """Networks that Python steps, each piece of code by itself."""

    def watched(self, steps: int, dt: Any) -> list[Any]:
        return []

    def run(self, net: Any, steps: int, dt: Any, report: Report) -> int:
        def told(elapsed: Any, completed: float, start: Any, duration: Any) -> None:
            report(completed)

        with suppress(KeyboardInterrupt):
            net.run(steps * dt, report=told, report_period=2 * SECONDS * brian().second, namespace={})
        return round(float(net.t / dt))


# Reads and writes files beside the program, which tell Python how far it is, and it that it should end.
LOOK = """
static inline double look(double share) {
    std::ofstream("share") << share;
    if (std::ifstream("stop").good()) Network::_globally_stopped = true;
    return share;
}
"""


@dataclass(frozen=True)
class Standalone:
    """Networks that are a program of their own, built in a folder that is there for one run only."""

    folder: Path

    def watched(self, steps: int, dt: Any) -> list[Any]:
        b2 = brian()
        look = b2.Function(lambda share: share, arg_units=[1], return_unit=1)
        look.implementations.add_implementation("cpp", LOOK, name="look")
        each = max(1, steps // LOOKS)
        clock = b2.Clock(each * dt, name="neurodyn_looks")
        names = {"look": look, "whole": steps // each}
        group = b2.NeuronGroup(1, "share : 1", clock=clock, namespace=names, name="neurodyn_watch")
        group.run_regularly("share = look(t_in_timesteps/whole)", when="start")
        return [group]

    def run(self, net: Any, steps: int, dt: Any, report: Report) -> int:
        device = brian().get_device()
        net.run(steps * dt, namespace={})
        place = str(self.folder)
        try:
            device.build(directory=place, compile=True, run=False, with_output=False)
        except RuntimeError as error:
            if "compilation failed" not in str(error):
                raise
            if any(f"(error code: {code})" in str(error) for code in (2, 130 << 8)):  # Ctrl-C ended make
                raise KeyboardInterrupt from error
            raise no_compiler(STANDALONE, "a compilation failed") from error
        over = threading.Event()
        watch = threading.Thread(target=self._watch, args=(over, report, type(net)), daemon=True)
        watch.start()
        try:
            device.run(directory=place, with_output=False)
        except RuntimeError as error:
            raise InputError(
                "The program that Brian2 built has ended with an error, and left no results.",
                code="brian2-program",
                remedy='Make the network or the run smaller, if memory ran out; or take target="numpy".',
            ) from error
        finally:
            over.set()
            watch.join()
        return round(float(device._last_run_completed_fraction) * steps)

    def _watch(self, over: threading.Event, report: Report, network: Any) -> None:
        """Pass on how far the program is, and Ctrl-C, of which Brian2 only takes a note."""
        while not over.wait(SECONDS):
            if network._globally_stopped:
                (self.folder / "stop").touch()
            with suppress(OSError, ValueError):
                report(float((self.folder / "share").read_text()))


@contextmanager
def settings(target: str) -> Iterator[Device]:
    """Brian2 with the target that is wanted, and with its settings as they were afterwards."""
    b2 = brian()
    if type(b2.get_device()).__name__ != "RuntimeDevice":
        raise InputError(
            "Brian2 is set to a standalone device, on which nothing else can run meanwhile.",
            code="brian2-device",
            remedy='Call brian2.set_device("runtime") first.',
        )
    from brian2.utils.logger import NameFilter

    # That a state is not finite, or that a run was stopped, is told by the outcome of a run.
    console, quiet = b2.BrianLogger.console_handler, NameFilter("invalid_values")
    wanted = {
        "core.stop_on_keyboard_interrupt": True,
        # Of several processes that want the same code, one compiles it and the others wait.
        "codegen.runtime.cython.multiprocess_safe": True,
        **(_make(b2.prefs) if target == STANDALONE else {"codegen.target": target}),
    }
    before = {name: b2.prefs[name] for name in wanted}
    console.addFilter(quiet)
    try:
        _set(b2.prefs, wanted)
        with _silent(target), _standalone(b2) if target == STANDALONE else _runtime() as device:
            yield device
    finally:
        console.removeFilter(quiet)
        _set(b2.prefs, before)


def _make(prefs: Any) -> dict[str, Any]:
    """As many compilers at once as there are cores, where Brian2's default stands: as many as there are files."""
    name = "devices.cpp_standalone.extra_make_args_unix"
    return {name: [f"-j{os.cpu_count() or 1}"]} if prefs[name] == ["-j"] else {}


def _set(prefs: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        prefs[name] = value


@contextmanager
def _silent(target: str) -> Iterator[None]:
    """What compilers say where they fail becomes one sentence."""
    if target == NUMPY:
        yield
        return
    heard = io.StringIO()
    try:
        with redirect_stdout(heard), redirect_stderr(heard):
            yield
    except Exception as error:
        if did_not_compile(error):
            raise no_compiler(target, "a compilation failed") from error
        raise


@contextmanager
def _runtime() -> Iterator[Device]:
    yield Runtime()


@contextmanager
def _standalone(b2: Any) -> Iterator[Device]:
    """The standalone device, as fresh, in a folder of its own; with all that it held before afterwards."""
    from brian2.devices.device import all_devices, reset_device

    device = all_devices["cpp_standalone"]
    held, before = dict(vars(device)), dict(os.environ)
    with TemporaryDirectory(prefix="neurodyn_") as folder:
        device.__init__()
        b2.set_device(device, build_on_run=False)
        try:
            yield Standalone(Path(folder))
        finally:
            reset_device()
            vars(device).clear()
            vars(device).update(held)
            # What Brian2 sets for the program stays set.
            for name in b2.prefs["devices.cpp_standalone.run_environment_variables"]:
                os.environ.pop(name, None)
                os.environ.update({name: before[name]} if name in before else {})
