"""What is told of the share of the work that is done, and what is kept where it is interrupted."""

from __future__ import annotations

import numpy as np
import pytest

from neurodyn import fixed_points
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.certified import certified
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.point import Sure
from neurodyn.analysis.fixed_points.search.searched import searched
from neurodyn.analysis.fixed_points.search.shown import Judge, Shown
from tests.analysis.fixed_points.models import all_to_all


def is_a_course(shares: list[float]) -> bool:
    """Whether shares go up from near 0 to 1."""
    return shares == sorted(shares) and 0 <= shares[0] < 0.7 and shares[-1] == pytest.approx(1) and len(shares) > 3


def test_shares_go_up_to_all() -> None:
    box = np.full(3, -4.0), np.full(3, 4.0)
    shares = list[float]()
    found = certified(Enclosure(Field.of(all_to_all(3))), box, box, told=shares.append)
    assert len(found.points) == 27 and is_a_course(shares)
    shares.clear()
    searched(Field.of(all_to_all(13)), starts=8, told=shares.append)
    assert shares == sorted(shares) and shares[-1] <= 1 + 1e-12 and len(shares) > 3


@pytest.mark.parametrize("last", [1, 2])
def test_roots_that_were_shown_are_kept(last: int, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, own = [0], Judge.judged

    def judged(self: Judge, z: np.ndarray[tuple[int, ...], np.dtype[np.float64]], lines_known: bool = False) -> Shown:
        calls[0] += 1
        if calls[0] == last:
            raise KeyboardInterrupt
        return own(self, z, lines_known)

    monkeypatch.setattr(Judge, "judged", judged)
    found = fixed_points(all_to_all(13), starts=16)
    assert found.interrupted and len(found) == last - 1 and found.verdict is Sure.SEARCHED
    assert "interrupted, so in part only" in found.text and found.to_json()["interrupted"]
