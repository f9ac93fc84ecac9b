"""The work of a generated network, counted beside that of one written by hand: its speed as far as it can be argued."""

from __future__ import annotations

import re
from typing import Any

import pytest
from brian2.core.variables import ArrayVariable

from neurodyn import build
from neurodyn.backends.brian2.device import settings
from neurodyn.backends.brian2.engine import Engine
from neurodyn.backends.brian2.network import network
from neurodyn.backends.planning import planned
from tests.models import big

STEPS = 20


def work(net: Any) -> tuple[list[str], set[Any], int]:
    """Of each step: the kinds of code objects, the arrays that they take, and how many of these they take in all."""
    kinds, arrays, uses = [], set[Any](), 0
    for one in net.sorted_objects:
        for code in one._code_objects:
            words = set(re.findall(r"\w+", getattr(code.code, "run", "")))
            own = {v for n, v in code.variables.items() if isinstance(v, ArrayVariable) and not v.scalar and n in words}
            kinds.append(code.template_name)
            arrays |= own
            uses += len(own)
    return kinds, arrays, uses


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("coba", "exponential_euler"),
        pytest.param("cuba", "exact", marks=pytest.mark.slow),
        pytest.param("cobahh", "exponential_euler", marks=pytest.mark.slow),
    ],
)
def test_a_generated_network_does_no_more_than_one_by_hand(name: str, method: str) -> None:
    """As many code objects of each kind, of no more arrays; none watches states where only the end is saved."""
    system = build(name, sizes={"N": 40})
    rest = dict.fromkeys(("t0", "start", "every", "rtol", "atol", "seed", "trials", "progress"))
    asked = {"until": STEPS * big.DT, "save_at": [STEPS * big.DT], "dt": big.DT, "method": method, "target": "numpy"}
    made = network(planned(system, [], steps=None, inputs={}, **asked, **rest), STEPS, method, "function")
    with settings("numpy") as device:
        engine = Engine(made, STEPS, device)
        assert engine.run(lambda share: None) == STEPS
        ours = work(engine.net)
    with big.settings():
        by_hand, _ = big.SCRIPTS[name].twin(system, method)
        by_hand.run(STEPS * big.DT * big.brian2.second, namespace={})
        theirs = work(by_hand)
    assert sorted(ours[0]) == sorted(theirs[0])
    assert ours[0].count("stateupdate") == ours[0].count("threshold") == 1
    assert len(ours[1]) <= len(theirs[1])
    assert ours[2] <= theirs[2]
