"""OpenVAF compiles our modules, and evaluates them as our own reader does."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from neurodyn import InputError, Model
from neurodyn.exports.verilog_a import to_verilog_a
from neurodyn.model.library import library
from tests.exports.verilog_a.modules import read
from tests.exports.verilog_a.reader import Module

openvaf = pytest.importorskip(
    "openvaf_py", reason="NOT COMPILED BY OPENVAF: pip install openvaf-py, which has wheels for Linux up to Python 3.12"
)
CLASHING = Model(
    ["dI/dt = -I*root + erf_", "dtable/dt = I - analog*table", "droot/dt = -root"],
    states={"I": 0.1, "table": 0.2, "root": 0.3}, parameters={"analog": 2.0, "erf_": 1}, bench={"until": 1},
)  # fmt: skip
QUICK = ["diode", "inductor", "memristor_vteam", "nmos", "opamp", "opamp_pole", "habituation", "morris_lecar", CLASHING]


def compiled(name: object, folder: Path) -> tuple[dict[str, Module], list[object]]:
    text = str(to_verilog_a(name))  # type: ignore[arg-type]
    path = folder / "module.va"
    path.write_text(text)
    return read(text), openvaf.compile_va(str(path))


@pytest.mark.parametrize("name", QUICK, ids=str)
def test_it_compiles_and_says_the_same(name: object, tmp_path: Path) -> None:
    """Of each node the current, of each branch the voltage, at random points."""
    modules, made = compiled(name, tmp_path)
    assert [m.name for m in made] == list(modules)
    module, theirs = [*modules.values()][-1], made[-1]
    rng = np.random.default_rng(1)
    for _ in range(5):
        values = {net: float(rng.uniform(-1, 1)) for net in module.nets}
        values |= {
            f"I({','.join(on)})": float(rng.uniform(-1, 1)) for kind, on, _ in module.contributions if kind == "V"
        }
        given = {**module.parameters(), **values, "mfactor": 1.0}
        for key in theirs.param_names:
            pins = re.findall(r"\w+", key[1:])
            if key.startswith("V("):
                given[key] = values[pins[0]] - (values[pins[1]] if len(pins) > 1 else 0.0)
        found, _ = theirs.run_init_eval({k: given.get(k, 0.0) for k in (*theirs.param_names, *theirs.init_param_names)})
        currents = module.currents(values, module.parameters())
        names = [node["name"] for node in theirs.get_dae_system()["nodes"]]
        ours = _residuals(currents, values)
        for net, (resistive, _) in zip(names, found, strict=True):
            key = net.replace("flow", "I")
            assert resistive == pytest.approx(ours.get(key, 0.0), rel=1e-12, abs=1e-12 * max(map(abs, ours.values())))


def _residuals(currents: dict[tuple[str, tuple[str, ...]], float], values: dict[str, float]) -> dict[str, float]:
    """What OpenVAF makes 0: the sum of currents at each net, and the voltage that a branch misses."""
    found: dict[str, float] = {}
    for (kind, on), value in currents.items():
        key = f"I({','.join(on)})"
        flow = value if kind == "I" else values[key]
        for net, sign in zip(on, (1, -1), strict=False):
            found[net] = found.get(net, 0.0) + sign * flow
        if kind == "V":
            found[key] = value - (values[on[0]] - (values[on[1]] if len(on) > 1 else 0.0))
    return found


def test_charges(tmp_path: Path) -> None:
    """Of a capacitor the charge, of an inductor the flux, of a state the node itself."""
    for name, expected in (("capacitor", 1e-6 * 0.7), ("inductor", 1e-3 * 0.7), ("fitzhugh_nagumo", 0.7)):
        _, (made,) = compiled(name, tmp_path)
        given = dict.fromkeys((*made.param_names, *made.init_param_names), 0.7) | {
            "C": 1e-6,
            "L": 1e-3,
            "time_unit": 1.0,
        }
        found, _ = made.run_init_eval(given | {"mfactor": 1.0})
        assert max(abs(reactive) for _, reactive in found) == pytest.approx(expected)


@pytest.mark.slow
def test_it_compiles_every_shipped_system_that_has_a_form(tmp_path: Path) -> None:
    count = 0
    for entry in library():
        try:
            text = str(to_verilog_a(entry.name))
        except InputError:
            continue
        path = tmp_path / f"{entry.name}.va"
        path.write_text(text)
        assert [m.name for m in openvaf.compile_va(str(path))] == [*read(text)]
        count += 1
    assert count > 60
