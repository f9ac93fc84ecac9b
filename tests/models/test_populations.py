"""Rate models of populations against what can be solved by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

import neurodyn


class TestRing:
    """Threshold-linear cells on a ring (Ben-Yishai et al. 1995)."""

    PHASE = 2 * np.pi * (np.arange(80) - 40) / 80

    def test_weak_coupling_amplifies_the_stimulus(self) -> None:
        """While all cells are active the flow is linear: mean c(1 - eps)/(5 - J0), tuning c*eps/(1 - J1/2)."""
        system = neurodyn.build("ring_two_populations", J1=1.0, eps=0.1, c=2.0)
        end = neurodyn.simulate(system, until=80, rtol=1e-9)["rE"].values[-1]
        by_hand = 2.0 * 0.9 / 4 + 2.0 * 0.1 / 0.5 * np.cos(self.PHASE)
        assert by_hand.min() > 0
        np.testing.assert_allclose(end, by_hand, rtol=1e-6)

    @pytest.mark.parametrize("strength", [3.0, 4.0])
    def test_strong_coupling_makes_a_bump_whose_width_is_its_own(self, strength: float) -> None:
        """However weak the tuning of the stimulus: J1*(a - sin(a)*cos(a)) = 2*pi at the half width a."""
        width = brentq(lambda a: strength * (a - np.sin(a) * np.cos(a)) - 2 * np.pi, 0.1, np.pi)
        system = neurodyn.build("ring_two_populations", J1=strength, eps=1e-4, J0=-4.0)
        end = neurodyn.simulate(system, until=300, start={"rE": 0}, record=["rE"])["rE"].values[-1]
        active = end > 1e-6
        assert abs(active.sum() * (2 * np.pi / 80) / 2 - width) < 2 * np.pi / 80
        np.testing.assert_allclose(
            end[active],
            end.max() * (np.cos(self.PHASE[active]) - np.cos(width)) / (1 - np.cos(width)),
            atol=0.02 * end.max(),
        )
