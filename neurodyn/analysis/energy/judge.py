"""A verdict on each claim of a model in continuous time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.energy.arguments import Arguments, rate_of, spoken
from neurodyn.analysis.energy.facts import Facts
from neurodyn.analysis.energy.in_box import Box, in_box
from neurodyn.analysis.energy.judged import Judged
from neurodyn.analysis.energy.premises import jump, notes, rateless
from neurodyn.analysis.energy.search import Hunt, hunt
from neurodyn.analysis.energy.symmetry import Symmetry
from neurodyn.analysis.energy.visits import excess, visit
from neurodyn.analysis.energy.witness import way
from neurodyn.analysis.verdict import Verdict
from neurodyn.language.source import Source
from neurodyn.system.claims import Claim, read_claim
from neurodyn.system.system import System

Array = NDArray[np.float64]
# A difference of two sides, over the size of what they are made of, that is rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Judge:
    """Judges the claims of one system.

    Attributes:
        search: how hard it is looked for what speaks against a claim that was not proved.
        box: where an inequality that was not proved for all states is to be shown.
    """

    system: System
    search: Hunt
    box: Box | None = None

    def of(self, text: str) -> Judged:
        """The verdict on one claim."""
        said, claim = read_claim(self.system.model, text), self.system.structure.claim(text)
        if self._is_constant(claim):
            return self._computed(text, claim)
        lacking = rateless(self.system.structure, said)
        if lacking:
            return Judged(text, Verdict.UNDECIDED, lacking)
        reasons = []
        for argument in Arguments(self._facts, said, claim):
            shown = argument()
            if isinstance(shown, Judged):
                return shown
            reasons.append(shown)
        return self._searched(said, claim, reasons[0])

    @cached_property
    def _facts(self) -> Facts:
        return Facts(Symmetry(self.system))

    def _is_constant(self, claim: Claim) -> bool:
        structure = self.system.structure
        moving = structure.dynamic | {*structure.model.variables, *structure.model.inputs, *structure.by_trial}
        return spoken(self.system, claim).isdisjoint(moving)

    def _computed(self, text: str, claim: Claim) -> Judged:
        """A claim about parameters alone."""
        sides = (claim.left, claim.right)
        left, right = self.system.bound().evaluate_all(sides, claim.letters, (), Source(text))
        rounding = ROUNDING * max(float(np.abs(left).max()), float(np.abs(right).max()))
        worst = float(excess(claim, left - right))
        if not np.isfinite(worst):
            return Judged(text, Verdict.UNDECIDED, "a side of it is not finite")
        verdict = Verdict.REFUTED if worst > rounding else Verdict.VERIFIED
        if claim.relation != "==" and abs(worst) <= rounding:
            verdict = Verdict.UNDECIDED
        reason = f"computed from the values: it is {'off' if worst > 0 else 'kept'} by {abs(worst):.2g}"
        return Judged(text, verdict, f"{reason}, rounding {rounding:.2g}", numbers={"largest": worst})

    def _searched(self, said: Claim, claim: Claim, reason: str) -> Judged:
        structure, text, energy = self.system.structure, said.text, rate_of(said)
        reached = spoken(self.system, claim)
        meant = notes(structure, reached)
        if structure.residuals or structure.delayed.keys() & reached:
            missing = "rates that constraints give" if structure.residuals else "earlier values"
            reason = f"{reason}; it is not searched, for it speaks of {missing}"
            return Judged(text, Verdict.UNDECIDED, reason, notes=meant)
        if self.box is not None:
            shown = in_box(self.system, claim, self.box, reached)
            leaps = jump(structure, energy) if energy else ""
            if isinstance(shown, Judged) and not (leaps and shown.verdict is Verdict.PROVED):
                return replace(shown, notes=(*shown.notes, *meant))
            reason = f"{reason}; {leaps if isinstance(shown, Judged) else shown}"
        if self.system.model.discrete:
            found = visit(self.system, claim, self.search)
        else:
            found = hunt(self.system, claim, self.search, self._times())
        if not np.isfinite(found.largest):
            return Judged(text, Verdict.UNDECIDED, f"{reason}; no state was met at which both sides have a value")
        numbers = {
            "largest": found.largest, "rounding": found.rounding, "ascents": found.tried,
            "evaluations": found.evaluations, "state": found.state, "t": found.t,
        }  # fmt: skip
        verdict = Verdict.REFUTED if found.breaks else Verdict.SEARCHED
        reason = "; ".join([reason, *self._facts.symmetry.nearly()])
        if found.breaks and energy is not None and claim.right == 0 and claim.relation != "==":
            sign = -1 if claim.relation in (">=", ">") else 1
            run = way(self.system, energy, found.state, found.t, sign)
            numbers |= {"times": run.times, "values": run.values}
            if not run.goes(sign):
                verdict = Verdict.UNDECIDED
                reason += "; its rate has the wrong sign at a state, but it is not seen to go the wrong way from there"
        return Judged(text, verdict, reason, notes=meant, numbers=numbers)

    def _times(self) -> Array:
        bench = self.system.model.bench
        start, end = (self.system.time(word, bench.get(word, 0.0)) for word in ("from", "until"))
        return np.linspace(start, end, 9)
