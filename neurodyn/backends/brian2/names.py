"""Names in Brian2's equations: each of ours gets one that no word of Brian2 can be, and is found again by it.

Brian2 has words of its own (`N`, `i`, `t`, `dt`, `xi`, units), reads `_pre` and `_post` at the end of a name as a side
of a synapse, and an underscore there as a value without unit. So names begin with a letter and end in a digit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass
class Names:
    """Names of one network, given out once each."""

    of: dict[tuple[str, str], str] = field(default_factory=dict)
    back: dict[str, str] = field(default_factory=dict)

    def give(self, name: str, kind: str = "q") -> str:
        """Brian2's name for one of ours; `kind` tells apart what else is made for it."""
        if (kind, name) not in self.of:
            clean = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
            self.of[kind, name] = new = f"{kind}_{clean}_{len(self.of)}" if clean else f"{kind}_{len(self.of)}"
            self.back[new] = name
        return self.of[kind, name]

    def fresh(self, kind: str) -> str:
        """A name for something that has none."""
        return self.give(str(len(self.of)), kind)
