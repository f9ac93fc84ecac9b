"""The figure of memories shows what the report holds."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn


@pytest.mark.parametrize("patterns", [2, 8])
def test_recovery_radii_and_ends(patterns: int) -> None:
    system = neurodyn.build("hopfield_binary", sizes={"N": 40, "P": patterns}, seed=3)
    found = neurodyn.memories(system, corruptions=[6, 20, 40], trials=5, starts=60)
    left, middle, right = found.plot().axes
    for line, shares in zip(left.lines[1:], found.recovery, strict=False):
        np.testing.assert_allclose(line.get_ydata(), 100 * shares)
    assert len(left.lines) == 1 + patterns + (patterns == 8)  # the half; and the mean of many
    assert [b.get_width() for b in middle.patches] == pytest.approx(np.minimum(found.radii, 40).tolist())
    assert f"of {patterns} patterns" in middle.get_title("left")
    assert sum(b.get_width() for b in right.patches) == pytest.approx(100)
    names = [t.get_text() for t in right.get_yticklabels()]
    assert names[0] == found.ends[0].name.replace("-", "\N{MINUS SIGN}")
    assert (len(found.ends) > 12) == any("more: " in name for name in names)
