"""Memories that rewrite themselves with every token or sample: CAMELoT's slots, the SDM learner."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import neurodyn
from tests.models.by_hand import camelot_step, sdm_loss, sdm_response


class TestSlots:
    """He et al. 2024."""

    def test_steps_by_hand(self) -> None:
        """Token after token, with more modes than slots, so that all three cases occur."""
        rng = np.random.default_rng(3)
        modes = rng.standard_normal((9, 5))
        tokens = modes[rng.integers(0, 9, 200)] + 0.01 * rng.standard_normal((200, 5))
        system = neurodyn.build("camelot", sizes={"M": 6}, token=tokens, R=0.9)
        result = neurodyn.simulate(system, steps=200, record=["K", "V", "c", "age"])
        slots = {"K": np.zeros((6, 5)), "c": np.zeros(6), "age": np.zeros(6)}
        for step, token in enumerate(tokens):
            slots = camelot_step(slots, token, 0.9)
            for name, known in slots.items():
                np.testing.assert_allclose(result[name].values[step + 1], known, rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(result["V"].values, result["K"].values)  # values are the keys here

    def test_six_modes_make_six_slots_that_are_their_means(self) -> None:
        system = neurodyn.build("camelot_stream")
        end = neurodyn.simulate(system, record=["memory.K", "memory.c"])
        used = end["memory.c"].values[-1] > 0
        assert used.sum() == 6 and end["memory.c"].values[-1].sum() == 300
        token, which = system.values["token"], system.values["which"]
        means = np.array([token[which == b].mean(axis=0) for b in range(6)])
        kept = end["memory.K"].values[-1][used]
        gaps = np.abs(kept[:, None] - means[None]).max(axis=-1)
        assert gaps.min(axis=1).max() < 1e-14 and set(gaps.argmin(axis=1)) == set(range(6))

    @pytest.mark.parametrize(("level", "used"), [(1.01, 20), (-1.01, 1)])
    def test_nothing_is_known_or_everything_is(self, level: float, used: int) -> None:
        end = neurodyn.simulate(neurodyn.build("camelot_stream", values={"memory.R": level}), record=["memory.c"])
        count = end["memory.c"].values[-1]
        assert (count > 0).sum() == used
        assert count.max() == (1 if used > 1 else 300)


class TestSDM:
    """Bricken et al. 2023."""

    @staticmethod
    def drawn(gate: float, k: int = 5) -> tuple[neurodyn.System, np.ndarray, dict[str, Any]]:
        """A learner all of whose neurons have one gate, its state, and one sample."""
        sizes = {"D": 12, "H": 30, "C": 3, "T": 1}
        rng = np.random.default_rng(1)
        system = neurodyn.build("sdm_layer", sizes=sizes, image=np.zeros((1, 12)), k=k, s=100, rate=0.1)
        start = {"W": rng.uniform(0, 1, (30, 12)), "V": rng.uniform(0, 1, (3, 30)), "count_n": 50 * (1 + gate)}
        return system, system.start(start), {"x": rng.standard_normal(12), "label": np.array([0.0, 1.0, 0.0])}

    @pytest.mark.parametrize(("gate", "active"), [(-1, 30), (0, 30), (1, 5)])
    def test_inhibition_leaves_k_winners(self, gate: float, active: int) -> None:
        system, y, given = self.drawn(gate)
        assert float(system.observe(["active"])(0, y, given)["active"]) == active

    @pytest.mark.parametrize("gate", [-1.0, -0.3, 0.4, 0.97])  # at 1 the first loser stands on the kink of relu
    def test_response_and_step_by_hand(self, gate: float) -> None:
        """The step goes down the loss with the inhibition held, then cuts weights at 0 and scales rows to 1."""
        system, y, given = self.drawn(gate)
        state = {name: value.copy() for name, value in system.layout.unpack(y).items()}
        held, response = sdm_response(state["W"], given["x"], gate, 5)
        seen = system.observe(["y", "I", "loss"])(0, y, given)
        np.testing.assert_allclose(seen["y"], response, rtol=1e-12)
        assert float(seen["I"]) == pytest.approx(held, rel=1e-14)
        assert float(seen["loss"]) == pytest.approx(sdm_loss(state, given, gate, held), rel=1e-13)
        new = system.layout.unpack(system.step()(0, y, given))
        for name in ("W", "V"):
            slope = np.zeros_like(state[name])
            for place in np.ndindex(slope.shape):
                kept, ends = state[name][place], []
                for h in (1e-6, -1e-6):
                    state[name][place] = kept + h
                    ends.append(sdm_loss(state, given, gate, held))
                state[name][place] = kept
                slope[place] = (ends[0] - ends[1]) / 2e-6
            stepped = np.maximum(state[name] - 0.1 * slope, 0)
            stepped /= np.linalg.norm(stepped, axis=1, keepdims=True)
            np.testing.assert_allclose(new[name], stepped, atol=1e-8)
        np.testing.assert_array_equal(new["count_n"], state["count_n"] + (response > 0))

    def test_it_learns_digits_in_one_pass(self) -> None:
        """Each digit is judged before it is learnt; the guess of one that knows nothing is right once in ten."""
        system = neurodyn.build("sdm_layer")
        result = neurodyn.simulate(system, steps=800, record=["correct", "active", "W", "V"])
        correct = result["correct"].values[:-1]
        assert correct[:20].mean() < 0.5 and correct[400:].mean() > 0.7
        assert result["active"].values[0] == 200 and result["active"].values[-1] == 10
        for name in ("W", "V"):
            rows = result[name].values[-1]
            assert rows.min() >= 0 and np.abs(np.linalg.norm(rows, axis=1) - 1).max() < 1e-12
