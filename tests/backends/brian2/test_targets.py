"""The targets of Brian2: the same spikes on each, nothing compiled twice, and what they lack told by name."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurodyn import Model, build, rerun, simulate
from neurodyn.backends.brian2 import targets
from neurodyn.backends.brian2.functions import EXPREL, C, in_numpy
from neurodyn.errors import InputError

COMPILER = shutil.which("g++")
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler")
COMPILED = [pytest.param(name, marks=[pytest.mark.slow, needs_compiler]) for name in targets.TARGETS[1:]]

# Leaky neurons that a constant current drives, and that hear one another late: every number that may change is a name.
RING = """
from neurodyn import Model, build, simulate
ring = Model(
    ["tau*dv[i]/dt = I[i] - v[i] + relu(u) + g[i]", "dg[i]/dt = -g[i]/tau + sum(w[i,j]*spike[j](t - d[i,j]), j != i)"],
    indices={"N": {"letters": "i j", "size": 4}},
    states={"v[i]": "i/9", "g[i]": 0.0},
    parameters={"tau": 0.02, "I[i]": "1.1 + i/5", "w[i,j]": "0.1 + (i - 2*j)/99", "d[i,j]": "0.002*(1 + i + j)",
                "theta": 1.0, "rest": 0.004},
    inputs={"u": "step(0.03, 0.5)"},
    events={"spike[i]": {"when": "v[i] > theta", "set": "v[i] = 0", "refractory": "rest", "hold": ["v[i]"]}},
)
asked = {"dt": 1e-4, "until": 0.1, "method": "rk4", "save_at": [0, 0.1], "record": ["v", "g", "spike"]}
"""


def ring() -> tuple[Model, dict[str, Any]]:
    found: dict[str, Any] = {}
    exec(RING, found)
    return found["ring"], found["asked"]


def equal(one: Any, other: Any, bound: float) -> int:
    """Spikes are the same, and states but for rounding; how many spikes there are."""
    for part in ("time", "unit"):
        np.testing.assert_array_equal(*(getattr(found.events("spike"), part) for found in (one, other)))
    for name in ("v", "g"):
        np.testing.assert_allclose(one[name].values, other[name].values, rtol=0, atol=bound)
    return len(one.events("spike"))


@pytest.mark.parametrize("target", ["numpy", *COMPILED])
def test_spikes_are_those_of_fixed_steps(target: str) -> None:
    """Delays of each pair, a refractory period, what is held, an input that jumps, a function that Brian2 lacks."""
    model, asked = ring()
    system = build(model)
    found = simulate(system, backend="brian2", target=target, **asked)
    assert equal(found, simulate(system, backend="fixed", **asked), 1e-12) > 10
    assert found.recipe["target"] == found.recipe["scheme"]["target"] == target
    again = rerun(found)
    assert again.same, again
    assert again.second.recipe["target"] == target
    assert f"brian2 rk4 on {target}, dt 0.0001" in str(found)


@pytest.mark.slow
@needs_compiler
@pytest.mark.parametrize("target", targets.TARGETS[1:])
def test_the_interval_of_a_leaky_neuron_is_exact_to_the_step(target: str) -> None:
    system, dt, rest = build("lif", I=0.3e-9), 1e-4, 2e-3
    found = simulate(system, backend="brian2", target=target, dt=dt, until=0.15, record=["spike"])
    climb = 20e-3 * np.log((-70e-3 + 100e6 * 0.3e-9 + 65e-3) / (-70e-3 + 100e6 * 0.3e-9 + 50e-3))
    steps = np.rint(np.diff(found.events("spike").time) / dt)
    np.testing.assert_array_equal(steps, round(rest / dt) - 1 + np.ceil(climb / dt))
    assert len(steps) > 3


@needs_compiler
def test_functions_in_c_are_those_of_numpy(tmp_path: Path) -> None:
    """Also far out, and where there is no number."""
    names = {one: f"{one[0]}_{one[1]}" for one in C}
    lines = ["#include <math.h>", 'extern "C" {']
    for (word, arity), name in names.items():
        given = ", ".join(f"{'bool' if word == 'where' and x == 'a' else 'double'} {x}" for x in "abc"[:arity])
        lines.append(f"double {name}({given}) {{ {C[word, arity]} }}")
    source, compiled, library = (tmp_path / f"functions.{ending}" for ending in ("cpp", "o", "so"))
    source.write_text("\n".join([*lines, "}"]))
    flags = ["-w", "-O3", "-ffast-math", "-fno-finite-math-only", "-std=c++11", "-fPIC"]  # those of Brian2
    subprocess.run([str(COMPILER), *flags, "-c", str(source), "-o", str(compiled)], check=True, timeout=60)
    # Linked without them, as by Brian2: -ffast-math would make the whole process flush what underflows to 0.
    subprocess.run([str(COMPILER), "-shared", str(compiled), "-o", str(library)], check=True, timeout=60)
    loaded, x = ctypes.CDLL(str(library)), np.array([0.0, 0.3, 0.99, 1.01, 3.7, 30.0, 700.0, 1e4])
    x = np.concatenate([-x, x, [1e-9, -1e-9, 7.8e-3, -7.8e-3, 7.82e-3, -7.82e-3, np.nan, np.inf, -np.inf]])
    assert np.float64(5e-324) * 1.0 > 0
    for (word, arity), name in names.items():
        called = getattr(loaded, name)
        kinds = [ctypes.c_bool if word == "where" and k == 0 else ctypes.c_double for k in range(arity)]
        called.restype, called.argtypes = ctypes.c_double, kinds
        given = [x, *np.broadcast_arrays(x[::-1], 0.5)][:arity]
        given = [g > 0 if kind is ctypes.c_bool else g for g, kind in zip(given, kinds, strict=True)]
        with np.errstate(all="ignore"):
            wanted = in_numpy()[word](*given)
        found, bound = [called(*one) for one in zip(*given, strict=True)], 3e-14 if (word, arity) == EXPREL else 1e-14
        np.testing.assert_allclose(found, wanted, rtol=bound, err_msg=name)


COUNTED = """
import sys
from pathlib import Path
import brian2
brian2.prefs["codegen.runtime.cython.cache_dir"] = sys.argv[1]
counts = []
for more, values in (({}, {}), ({"until": 0.09, "save_at": [0.09]}, {"tau": 0.03, "theta": 0.9, "rest": 0.003})):
    for _ in range(2):
        found = simulate(build(ring, values=values), backend="brian2", target="cython", **{**asked, **more})
        counts.append(len(list(Path(sys.argv[1]).glob("*.so"))))
        assert len(found.events("spike")) > 10
print(*counts)
"""


@pytest.mark.slow
@needs_compiler
def test_nothing_is_compiled_again(tmp_path: Path) -> None:
    """Whatever value changes, in one process and in the next one, and in two that run at once."""

    def begun(cache: str, seed: str) -> subprocess.Popen[str]:
        code, place = RING + COUNTED, {**os.environ, "PYTHONHASHSEED": seed}
        return subprocess.Popen([sys.executable, "-c", code, str(tmp_path / cache)], stdout=-1, text=True, env=place)

    first, second = begun("cache", "1"), begun("cache", "2")
    counts = [[int(n) for n in run.communicate(timeout=900)[0].split()] for run in (first, second, begun("cache", "3"))]
    assert (first.returncode, second.returncode) == (0, 0)
    assert {*counts[0], *counts[1], *counts[2]} == {counts[2][-1]}
    assert counts[2][-1] > 5


def test_texts_do_not_depend_on_the_order_of_sets() -> None:
    """Python mixes them anew in each process; code that is spelled otherwise would be compiled again."""
    code = "from tests.backends.brian2.test_targets import texts, ring; print(texts(*ring()))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            timeout=60,
            text=True,
            stdout=-1,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[3])},
        ).stdout
        for seed in "12"
    }
    model, asked = ring()
    assert found == {f"{texts(model, asked)}\n"}


def texts(model: Model, asked: dict[str, Any]) -> list[Any]:
    """All that is code in a network."""
    from neurodyn.backends.brian2.network import network
    from neurodyn.backends.planning import planned

    rest = dict.fromkeys(("t0", "start", "every", "rtol", "atol", "seed", "trials", "progress", "target"))
    given = {name: value for name, value in asked.items() if name != "record"}
    made = network(planned(build(model), ["v"], steps=None, inputs={}, **given, **rest), 1000, "rk4", "summed")
    groups = [[g.lines, g.events, g.codes, g.regular] for g in made.groups.by_sets.values()]
    return [
        groups,
        made.updates,
        [[j.name, j.line, [p.code for p in j.paths], [*j.site.constants]] for j in made.junctions],
    ]


@pytest.mark.slow
@needs_compiler
@pytest.mark.parametrize("target", targets.TARGETS[1:])
@pytest.mark.parametrize(("name", "method"), [("cuba", "rk4"), ("cobahh", "exponential_euler")])
def test_a_large_network_has_the_same_spikes(name: str, method: str, target: str) -> None:
    """A tenth of the neurons, ten times as likely to be connected."""
    system, asked = build(name, sizes={"N": 400}, p=0.2, seed=2), {"until": 0.2, "dt": 1e-4, "method": method}
    (event,) = system.model.events
    found = simulate(system, backend="brian2", target=target, save_at=[0.2], record=[event], **asked)
    other = simulate(system, backend="fixed", save_at=[0.2], record=[event], **asked)
    for part in ("time", "unit"):
        np.testing.assert_array_equal(*(getattr(one.events(event), part) for one in (found, other)))
    assert len(found.events(event)) > 400


def test_functions_that_a_target_lacks_are_named() -> None:
    system = build(Model(["dx/dt = i0e(x) - x"], states={"x": 1.0}))
    wanted = r"the target cython has no function i0e.*Take target=\"numpy\", or the scipy backend"
    with pytest.raises(InputError, match=wanted):
        simulate(system, backend="brian2", target="cython", dt=0.01, until=0.1)
    assert simulate(system, backend="brian2", target="numpy", dt=0.01, until=0.1).status == "done"


@pytest.mark.parametrize("target", targets.TARGETS[1:])
def test_a_missing_compiler_names_the_way_out(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler -pthread")
    model, asked = ring()
    wanted = r"needs a C\+\+ compiler that works: no-such-compiler is not there.*take target=\"numpy\""
    with pytest.raises(InputError, match=wanted):
        simulate(build(model), backend="brian2", target=target, **asked)


def test_a_target_is_refused_where_there_is_none() -> None:
    model, asked = ring()
    system = build(model)
    with pytest.raises(
        InputError, match=r"backend fixed cannot run .*: it needs target:numpy\. Able to run it: brian2"
    ):
        simulate(system, backend="fixed", target="numpy", **asked)
    with pytest.raises(InputError, match=r"No backend has a target cyton\. There are: .*cpp_standalone, cython, numpy"):
        simulate(system, backend="brian2", target="cyton", **asked)
    assert simulate(system, target="numpy", **asked).recipe["backend"] == "brian2"
