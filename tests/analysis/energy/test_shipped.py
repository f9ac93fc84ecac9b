"""The verdicts on all claims of all shipped models are those of the table in docs/energy.md."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from neurodyn.analysis.energy.report import EnergyReport, energy
from neurodyn.model.library import library, load
from neurodyn.program.lower import Output
from tests.sweeps import each

ROWS = re.findall(r"^\| (\w+) \| `(.+)` \| (\w+) \|$", Path("docs/energy.md").read_text(), re.MULTILINE)
# Those that take more than a second.
LONG = {"diffusion_flow", "energy_transformer", "sdm_layer", "hierarchical_memory", "dense_memory_binary_exponential"}
# Where a witness is rare.
STARTS = {"dense_memory_features_step": 40}
MODELS = each(dict.fromkeys(r[0] for r in ROWS), *LONG)
REPORTS: dict[str, EnergyReport] = {}


def report(name: str) -> EnergyReport:
    """Made once for all tests of this file."""
    return REPORTS.get(name) or REPORTS.setdefault(name, energy(name, starts=STARTS.get(name, 8)))


def told(name: str) -> Mapping[str, str]:
    return {claim: verdict for model, claim, verdict in ROWS if model == name}


def test_the_table_has_every_model_that_claims_something() -> None:
    raw = {entry.name: tomllib.loads(entry.path.read_text()) for entry in library() if not entry.device}
    claims = {n for n, file in raw.items() if {"energy", "claims", "synapses"} & file.keys()}
    claims |= {n for n, file in raw.items() if "family" in file and load(n).energy}
    assert claims == {r[0] for r in ROWS}


@pytest.mark.parametrize("name", MODELS)
def test_verdicts(name: str) -> None:
    assert {c.claim: str(c.verdict) for c in report(name).claims} == told(name)


@pytest.mark.parametrize("name", MODELS)
def test_the_identity_holds_in_numbers(name: str) -> None:
    """The balance that is printed is text of the language: as a claim, its sides agree on random states."""
    found = report(name)
    for identity in {c.identity.replace(" = ", " == ", 1) for c in found.claims if " = " in c.identity}:
        system = found.system
        claim = system.structure.claim(identity)
        outputs = [Output("left", (), claim.left), Output("right", (), claim.right)]
        sides = system.bind(("identity", identity), outputs, False)
        rng, inputs = np.random.default_rng(0), {n: s.on(0.0, 1.0)(0.0) for n, s in system.signals.items()}
        for seed in range(4):
            y = system.start(seed=seed) + system.layout.scales * rng.normal(size=system.layout.size)
            values = sides(0.0, {**system.layout.unpack(y), **inputs})
            left, right = (float(values[side]) for side in ("left", "right"))
            assert left == pytest.approx(right, rel=1e-9, abs=1e-9 * (1 + abs(left))) and right <= 1e-9
