"""Programs that Brian2 builds: each in a folder that is gone afterwards, and Brian2 as it was."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurodyn import Model, build, simulate
from neurodyn.backends.brian2.targets import STANDALONE
from neurodyn.backends.progress import Progress
from neurodyn.errors import InputError
from tests.backends.brian2.test_targets import needs_compiler

pytestmark = [pytest.mark.slow, needs_compiler]
MANY = Model(["dx[i]/dt = -i*x[i]"], indices={"N": {"letters": "i", "size": 2000}}, states={"x[i]": 1.0})
FLAGS, BROKEN = "codegen.cpp.extra_link_args", ["-lno_such_library"]


@pytest.fixture
def b2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Brian2, which must be as it was afterwards, with what its devices held; and no files may be left."""
    import brian2
    from brian2.devices.device import all_devices, previous_devices

    device, prefs = all_devices["cpp_standalone"], brian2.prefs
    device.code_lines["of_another"] = ["kept"]
    told = str(prefs.as_file)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    held, stack = dict(vars(device)), [*previous_devices]
    yield brian2
    # Brian2 keeps what compilers say in two files, which it removes at the end of the process.
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith("brian_std")] == []
    assert (vars(device), previous_devices, "LD_BIND_NOW" in os.environ) == (held, stack, False)
    assert (type(brian2.get_device()).__name__, str(prefs.as_file)) == ("RuntimeDevice", told)


def test_trains_that_are_given(b2: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """Units that happen twice in a step, with delays of their own; one that never does; nothing is printed."""
    model = Model(
        ["dx[i]/dt = arrival[i] + never - x[i]", "dy/dt = sum(w[i]*arrival[i](t - d[i]), i)"],
        indices={"N": {"letters": "i", "size": 3}},
        states={"x[i]": {"start": 1.0, "clip": [0, 3]}, "y": 0.0},
        parameters={"w[i]": "1 + i", "d[i]": "0.01*(1 + i)"},
        events={"arrival[i]": {"rate": "50*(1 + i)"}, "never": {"at": [5.0]}},
    )
    asked: dict[str, Any] = {"until": 1, "save_at": [0, 0.5, 1], "seed": 3, "dt": 0.01, "record": ["x", "y", "arrival"]}
    found = simulate(build(model), backend="brian2", target=STANDALONE, method="rk4", **asked)
    fixed = simulate(build(model), backend="fixed", method="rk4", **asked)
    for name in ("x", "y"):
        np.testing.assert_allclose(found[name].values, fixed[name].values, rtol=1e-12)
    np.testing.assert_array_equal(found.events("arrival").time, fixed.events("arrival").time)
    assert capfd.readouterr() == ("", "")


def test_an_interrupted_program_leaves_what_it_has(b2: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C reaches Python alone here; the program is told to end, and writes what it has come to."""
    told: list[float] = []

    def at(self: Progress, t: float) -> None:
        if t > 0 and not told:
            os.kill(os.getpid(), signal.SIGINT)
        told.append(t)

    monkeypatch.setattr(Progress, "at", at)
    found = simulate(build(MANY), backend="brian2", target=STANDALONE, dt=1e-4, until=40, every=0.01)
    assert found.status == "interrupted"
    reached = float(found.arrays["end"]["t"])
    assert 0 < told[0] <= reached < 40
    assert len(found.time) == pytest.approx(reached / 0.01, abs=1)
    np.testing.assert_allclose(found["x"].values[:, 1], np.exp(-found.time), rtol=1e-9)


@pytest.mark.parametrize(
    ("preference", "value", "sentence"),
    [
        (FLAGS, BROKEN, 'needs a C++ compiler that works: a compilation failed.*take target="numpy"'),
        ("devices.cpp_standalone.run_cmd_unix", "false", "has ended with an error, and left no results"),
    ],
)
def test_what_fails_is_one_sentence(b2: Any, preference: str, value: Any, sentence: str, capfd: Any) -> None:
    before = b2.prefs[preference]
    b2.prefs[preference] = value
    try:
        with pytest.raises(InputError, match=sentence.replace("+", r"\+")):
            simulate(build(MANY), backend="brian2", target=STANDALONE, dt=1e-2, until=1)
    finally:
        b2.prefs[preference] = before
    assert capfd.readouterr() == ("", "")


def test_cython_that_does_not_compile_is_one_sentence(b2: Any, tmp_path_factory: Any, capfd: Any) -> None:
    cache = "codegen.runtime.cython.cache_dir"
    before = {name: b2.prefs[name] for name in (FLAGS, cache)}
    b2.prefs[FLAGS], b2.prefs[cache] = BROKEN, str(tmp_path_factory.mktemp("cache"))
    try:
        with pytest.raises(InputError, match=r"The target cython needs a C\+\+ compiler that works"):
            simulate(build(MANY, sizes={"N": 7}), backend="brian2", target="cython", dt=1e-2, until=1)
    finally:
        for name, value in before.items():
            b2.prefs[name] = value
    assert capfd.readouterr() == ("", "")
