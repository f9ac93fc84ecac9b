"""A verdict on each claim of a model in continuous time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.energy.balance import Balance, Descent, Obstacle
from neurodyn.analysis.energy.clocks import written_out
from neurodyn.analysis.energy.facts import Facts
from neurodyn.analysis.energy.in_box import Box, in_box
from neurodyn.analysis.energy.judged import Judged
from neurodyn.analysis.energy.parts import follows
from neurodyn.analysis.energy.premises import jump, notes, outside
from neurodyn.analysis.energy.search import Hunt, hunt
from neurodyn.analysis.energy.signs import Signs, never_positive
from neurodyn.analysis.energy.stepwise import Steps
from neurodyn.analysis.energy.told import identity, steps
from neurodyn.analysis.energy.visits import excess, visit
from neurodyn.analysis.energy.witness import way
from neurodyn.analysis.verdict import Verdict
from neurodyn.calculus.letters import name_of
from neurodyn.calculus.nodes import Rate
from neurodyn.calculus.normal import equal
from neurodyn.calculus.rewrite import inline, names_reached
from neurodyn.calculus.times import Next
from neurodyn.language.source import Source
from neurodyn.language.spell import spell
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
        facts = Facts(self.system)
        said, claim = read_claim(self.system.model, text), self.system.structure.claim(text)
        if self._is_constant(claim):
            return self._computed(text, claim)
        if claim.relation == "==":
            return self._equation(facts, text, said, claim)
        return self._inequality(facts, text, said, claim)

    # --- equations ------------------------------------------------------------------------------------------------

    def _equation(self, facts: Facts, text: str, said: Claim, claim: Claim) -> Judged:
        energy = rate_of(said)
        descents = None if energy is None else self._descents(facts, energy)
        if isinstance(descents, tuple) and follows(facts, descents, said):
            reason = f"it is the sum of d{energy}/dg*dg/dt over all activations g"
            return self._from_balance(facts, text, reason, claim, str(energy), descents)
        if self._is_identity(facts, claim):
            return self._proved(facts, text, "both sides have the same normal form", claim)
        return self._searched(facts, text, claim, "the two sides have different normal forms")

    def _is_identity(self, facts: Facts, claim: Claim) -> bool:
        sides = (written_out(self.system.structure, side) for side in (claim.left, claim.right))
        return equal(*sides, symmetric=facts.symmetric, bits=facts.bits)

    def _is_constant(self, claim: Claim) -> bool:
        structure = self.system.structure
        moving = structure.dynamic | {*structure.model.variables, *structure.model.inputs, *structure.by_trial}
        return self._spoken(claim).isdisjoint(moving)

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

    # --- inequalities ---------------------------------------------------------------------------------------------

    def _inequality(self, facts: Facts, text: str, said: Claim, claim: Claim) -> Judged:
        if self.system.model.discrete:
            return self._step(facts, text, said, claim)
        energy, reason = rate_of(said), "the sign of its sides is not known"
        if energy is not None and claim.relation == "<=" and claim.right == 0:
            descents = self._descents(facts, energy)
            reason = descents if isinstance(descents, str) else jump(self.system.structure, energy)
            if isinstance(descents, tuple) and not reason:
                reason = "each state goes against a gradient of the energy"
                return self._from_balance(facts, text, reason, claim, energy, descents)
        shown = self._by_equation(facts, text, said, claim) or self._by_sign(facts, text, said, claim)
        return shown or self._searched(facts, text, claim, reason)

    def _step(self, facts: Facts, text: str, said: Claim, claim: Claim) -> Judged:
        """A claim `E(t+1) <= E - ...` of a map."""
        new = said.left.args[0] if isinstance(said.left, Next) else None
        if new is None or said.relation != "<=" or said.letters:
            return self._searched(facts, text, claim, "it is not of the form E(t+1) <= E - ...")
        argument = Steps(facts, name_of(new))
        found = argument.of()
        if isinstance(found, str):
            return self._searched(facts, text, claim, found)
        if not argument.reaches(found, said.right - new):
            return self._searched(facts, text, claim, f"{found.reason}, but that bound is not shown to be as low")
        shown = self._proved(facts, text, found.reason, claim)
        return replace(shown, assumptions=(*shown.assumptions, *([found.assumption] if found.assumption else [])))

    def _descents(self, facts: Facts, energy: str) -> tuple[Descent, ...] | str:
        """How each state lets the energy fall, or what is in the way."""
        structure = self.system.structure
        other = outside(structure, energy)
        if other:
            return other
        balance = Balance(facts, energy)
        found = [balance.of(state) for state in structure.model.states]
        descents = tuple(d for d in found if isinstance(d, Descent))
        return (
            descents if len(descents) == len(found) else "; ".join(o.reason for o in found if isinstance(o, Obstacle))
        )

    def _by_equation(self, facts: Facts, text: str, said: Claim, claim: Claim) -> Judged | None:
        """An inequality that follows from an equation which the model claims too."""
        energy = rate_of(said)
        if energy is not None and jump(self.system.structure, energy):
            return None
        for other in (c for c in self.system.model.claims if c != text):
            equation = read_claim(self.system.model, other)
            if equation.relation != "==" or equation.left != said.left:
                continue
            signs = Signs(facts)
            off = signs.of(equation.right - said.right)
            fits = (off if claim.relation in (">=", ">") else -off).is_nonnegative
            fits = fits and (claim.relation in ("<=", ">=") or off.has_no_zero)
            if fits and self._is_identity(facts, self.system.structure.claim(other)):
                shown = self._proved(facts, text, f"it follows from {other}", claim)
                return replace(shown, identity=other, lemmas=tuple(signs.lemmas))
        return None

    def _by_sign(self, facts: Facts, text: str, said: Claim, claim: Claim) -> Judged | None:
        """An inequality between two sides whose difference is, once written out, of one sign."""
        energy = rate_of(said)
        if energy is not None and jump(self.system.structure, energy):
            return None
        falls = claim.relation in ("<=", "<")
        off = inline(claim.left - claim.right if falls else claim.right - claim.left, self.system.structure.varying)
        shown = never_positive(facts, off, strictly=claim.relation in ("<", ">"))
        if shown is None:
            return None
        letters = {n: s.letters for n, s in self.system.model.indices.items()}
        told = f"{'left - right' if falls else 'right - left'} = {spell(shown, letters)}"
        proved = self._proved(facts, text, "the difference of its sides has one sign, whatever the state", claim)
        return replace(proved, identity=told)

    # --- what is reported -----------------------------------------------------------------------------------------

    def _from_balance(
        self, facts: Facts, text: str, reason: str, claim: Claim, energy: str, descents: tuple[Descent, ...]
    ) -> Judged:
        lemmas = tuple(d.lemma for d in descents if d.lemma)
        told = identity(facts, energy, descents)
        shown = self._proved(facts, text, reason, claim)
        return replace(shown, identity=told, steps=steps(facts, energy, descents), lemmas=lemmas)

    def _proved(self, facts: Facts, text: str, reason: str, claim: Claim) -> Judged:
        spoken = self._spoken(claim)
        symmetric = [facts.why_symmetric(n) for n in sorted(facts.symmetric & spoken)]
        bits = [f"{n} is 0 or 1" for n in sorted(facts.bits & spoken)]
        told = (*symmetric, *bits, *facts.used.values())
        return Judged(
            text, Verdict.PROVED, reason, assumptions=told, notes=notes(self.system.structure, self._spoken(claim))
        )

    def _searched(self, facts: Facts, text: str, claim: Claim, reason: str) -> Judged:
        structure = self.system.structure
        if structure.residuals or structure.delayed.keys() & self._spoken(claim):
            missing = "rates that constraints give" if structure.residuals else "earlier values"
            reason = f"{reason}; it is not searched, for it speaks of {missing}"
            return Judged(text, Verdict.UNDECIDED, reason, notes=notes(self.system.structure, self._spoken(claim)))
        if self.box is not None:
            shown = in_box(self.system, claim, self.box, self._spoken(claim))
            energy = rate_of(read_claim(self.system.model, text))
            leaps = jump(structure, energy) if energy else ""
            if isinstance(shown, Judged) and not (leaps and shown.verdict is Verdict.PROVED):
                return replace(shown, notes=(*shown.notes, *notes(self.system.structure, self._spoken(claim))))
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
        reason = "; ".join([reason, *facts.nearly_symmetric()])
        energy = rate_of(read_claim(self.system.model, text))
        if found.breaks and energy is not None and claim.right == 0 and claim.relation != "==":
            sign = -1 if claim.relation in (">=", ">") else 1
            run = way(self.system, energy, found.state, found.t, sign)
            numbers |= {"times": run.times, "values": run.values}
            if not run.goes(sign):
                verdict = Verdict.UNDECIDED
                reason += "; its rate has the wrong sign at a state, but it is not seen to go the wrong way from there"
        return Judged(text, verdict, reason, notes=notes(self.system.structure, self._spoken(claim)), numbers=numbers)

    def _times(self) -> Array:
        bench = self.system.model.bench
        start, end = (self.system.time(word, bench.get(word, 0.0)) for word in ("from", "until"))
        return np.linspace(start, end, 9)

    def _spoken(self, claim: Claim) -> frozenset[str]:
        """All quantities that a claim speaks of, through definitions."""
        definitions = self.system.structure.definitions
        return frozenset[str]().union(*(names_reached(n, definitions) for n in claim.names))


def rate_of(said: Claim) -> str | None:
    """The name E of a claim on dE/dt, if E is one number."""
    rate = said.left
    return name_of(rate.args[0]) if isinstance(rate, Rate) and not said.letters else None
