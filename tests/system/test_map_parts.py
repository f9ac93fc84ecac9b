"""Circuits of maps: parts that take their steps together."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import neurodyn

UNIT = '''
equations = """
V(t+1) = a*V + b*u
y      = max(u - V(t+1), 0) + k*V(t - 2) + s*z
"""
[states]
V = { start = 0, before = "c" }
[parameters]
a = 0.8
b = 0.2
c = 3.0
k = 0.0
s = 0.0
[inputs]
u = 0
[noise]
z = "normal"
'''
ROW = '''
equations = """
second.u = first.y
third.u  = second.y
"""
[parts]
first  = { model = "./unit.toml", u = "pulses(1, period=8, duty=1/8, count=13)" }
second = { model = "./unit.toml", a = 0.95 }
third  = { model = "./unit.toml", a = 0.99 }
[bench]
steps = 150
'''


def circuit(folder: Path) -> neurodyn.Model:
    (folder / "unit.toml").write_text(UNIT)
    (folder / "row.toml").write_text(ROW)
    return neurodyn.load(folder / "row.toml")


def test_three_units_in_a_row_are_the_model_of_the_library(tmp_path: Path) -> None:
    """Wires carry what a part makes in this step, new values among it."""
    system = neurodyn.build(circuit(tmp_path))
    found = neurodyn.simulate(system, record=["first.V", "second.V", "third.V", "third.y"])
    known = neurodyn.simulate(neurodyn.load("habituation_staddon_higa"))
    for mine, theirs in (("first.V", "V_1"), ("second.V", "V_2"), ("third.V", "V_3"), ("third.y", "y")):
        np.testing.assert_allclose(found[mine], known[theirs], rtol=1e-13, atol=1e-15)


def test_history_and_noise_belong_to_each_part(tmp_path: Path) -> None:
    system = neurodyn.build(circuit(tmp_path), **{"first.s": 1.0, "second.s": 1.0})
    result = neurodyn.simulate(system, steps=20, record=["first.y", "second.V"])
    assert set(system.structure.pasts) == {f"{part}.V(t - 2)" for part in ("first", "second", "third")}
    assert set(system.model.noise) == {"first.z", "second.z", "third.z"}
    assert len(np.unique(result["first.y"])) == 21
