"""A verdict on each claim of a model in continuous time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.energy.balance import Balance, Descent, Obstacle
from neurodyn.analysis.energy.facts import Facts
from neurodyn.analysis.energy.judged import Judged
from neurodyn.analysis.energy.parts import follows
from neurodyn.analysis.energy.search import Hunt, hunt
from neurodyn.analysis.energy.signs import Signs
from neurodyn.analysis.energy.stepwise import Steps
from neurodyn.analysis.energy.told import identity, steps
from neurodyn.analysis.energy.visits import visit
from neurodyn.analysis.verdict import Verdict
from neurodyn.calculus.letters import name_of, names_in
from neurodyn.calculus.nodes import Absolute, Heaviside, Rate, Sign, Where
from neurodyn.calculus.normal import equal
from neurodyn.calculus.reductions import KthLargest, Largest, Smallest
from neurodyn.calculus.rewrite import Definition, inline, names_reached
from neurodyn.calculus.times import Next
from neurodyn.language.source import Source
from neurodyn.system.claims import Claim, read_claim
from neurodyn.system.system import System

Array = NDArray[np.float64]
# A difference of two sides, over the size of what they are made of, that is rounding.
ROUNDING = 1e-9
KINKS = (Absolute, Heaviside, Sign, Where, KthLargest, Largest, Smallest)


@dataclass(frozen=True, eq=False)
class Judge:
    """Judges the claims of one system.

    Attributes:
        search: how hard it is looked for what speaks against a claim that was not proved.
    """

    system: System
    search: Hunt

    def of(self, text: str) -> Judged:
        """The verdict on one claim."""
        facts = Facts(self.system)
        said, claim = read_claim(self.system.model, text), self.system.structure.claim(text)
        if claim.relation == "==":
            return self._equation(facts, text, said, claim)
        return self._inequality(facts, text, said, claim)

    # --- equations ------------------------------------------------------------------------------------------------

    def _equation(self, facts: Facts, text: str, said: Claim, claim: Claim) -> Judged:
        if self._is_constant(claim):
            return self._computed(text, claim)
        energy = rate_of(said)
        descents = None if energy is None else self._descents(facts, energy)
        if isinstance(descents, tuple) and follows(facts, descents, said):
            reason = f"it is the sum of d{energy}/dg*dg/dt over all activations g"
            return self._from_balance(facts, text, reason, claim, str(energy), descents)
        if self._is_identity(facts, claim):
            return self._proved(facts, text, "both sides have the same normal form", claim)
        return self._searched(facts, text, claim, "the two sides have different normal forms")

    def _is_identity(self, facts: Facts, claim: Claim) -> bool:
        known = self._varying()
        left, right = inline(claim.left, known), inline(claim.right, known)
        return equal(left, right, symmetric=facts.symmetric, bits=facts.bits)

    def _varying(self) -> dict[str, Definition]:
        structure = self.system.structure
        own = structure.model.definitions
        return {n: d for n, d in structure.definitions.items() if n in structure.dynamic or n not in own}

    def _is_constant(self, claim: Claim) -> bool:
        structure = self.system.structure
        names = names_in(claim.left) | names_in(claim.right)
        return names.isdisjoint(structure.dynamic | {*structure.model.variables, *structure.model.inputs, "t"})

    def _computed(self, text: str, claim: Claim) -> Judged:
        """A claim about parameters alone."""
        sides = (claim.left, claim.right)
        left, right = self.system.bound().evaluate_all(sides, claim.letters, (), Source(text))
        off = float(np.abs(left - right).max())
        size = float(max(np.abs(left).max(), np.abs(right).max(), np.finfo(float).tiny))
        verdict = Verdict.VERIFIED if off <= ROUNDING * size else Verdict.REFUTED
        return Judged(
            text, verdict, f"the two sides differ by {off:.2g} at most, of {size:.3g}", numbers={"largest": off}
        )

    # --- inequalities ---------------------------------------------------------------------------------------------

    def _inequality(self, facts: Facts, text: str, said: Claim, claim: Claim) -> Judged:
        if self.system.model.discrete:
            return self._step(facts, text, said, claim)
        energy, reason = rate_of(said), "the sign of its sides is not known"
        if energy is not None and claim.relation == "<=" and claim.right == 0:
            descents = self._descents(facts, energy)
            if isinstance(descents, tuple):
                reason = "each state goes against a gradient of the energy"
                return self._from_balance(facts, text, reason, claim, energy, descents)
            reason = descents
        return self._by_equation(facts, text, said, claim) or self._searched(facts, text, claim, reason)

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
        if "t" in names_reached(energy, structure.definitions):
            return f"{energy} depends on time itself"
        balance = Balance(facts, energy)
        found = [balance.of(state) for state in structure.model.states]
        descents = tuple(d for d in found if isinstance(d, Descent))
        return (
            descents if len(descents) == len(found) else "; ".join(o.reason for o in found if isinstance(o, Obstacle))
        )

    def _by_equation(self, facts: Facts, text: str, said: Claim, claim: Claim) -> Judged | None:
        """An inequality that follows from an equation which the model claims too."""
        for other in (c for c in self.system.model.claims if c != text):
            equation = read_claim(self.system.model, other)
            if equation.relation != "==" or equation.left != said.left:
                continue
            signs = Signs(facts)
            off = signs.of(equation.right - said.right)
            fits = off.is_nonpositive if claim.relation in ("<=", "<") else off.is_nonnegative
            if fits and self._is_identity(facts, self.system.structure.claim(other)):
                shown = self._proved(facts, text, f"it follows from {other}", claim)
                return replace(shown, identity=other, lemmas=tuple(signs.lemmas))
        return None

    # --- what is reported -----------------------------------------------------------------------------------------

    def _from_balance(
        self, facts: Facts, text: str, reason: str, claim: Claim, energy: str, descents: tuple[Descent, ...]
    ) -> Judged:
        lemmas = tuple(d.lemma for d in descents if d.lemma)
        told = identity(facts, energy, descents)
        shown = self._proved(facts, text, reason, claim)
        return replace(shown, identity=told, steps=steps(facts, energy, descents), lemmas=lemmas)

    def _proved(self, facts: Facts, text: str, reason: str, claim: Claim) -> Judged:
        symmetric = tuple(facts.why_symmetric(n) for n in sorted(facts.symmetric & self._spoken(claim)))
        return Judged(
            text, Verdict.PROVED, reason, assumptions=(*symmetric, *facts.used.values()), notes=self._notes(claim)
        )

    def _searched(self, facts: Facts, text: str, claim: Claim, reason: str) -> Judged:
        if self.system.model.discrete:
            found = visit(self.system, claim, self.search)
        else:
            found = hunt(self.system, claim, self.search, self._times())
        numbers = {
            "largest": found.largest, "rounding": found.rounding, "ascents": found.tried,
            "evaluations": found.evaluations, "state": found.state, "t": found.t,
        }  # fmt: skip
        verdict = Verdict.REFUTED if found.breaks else Verdict.SEARCHED
        reason = "; ".join([reason, *facts.nearly_symmetric()])
        return Judged(text, verdict, reason, notes=self._notes(claim), numbers=numbers)

    def _times(self) -> Array:
        bench = self.system.model.bench
        start, end = (self.system.time(word, bench.get(word, 0.0)) for word in ("t0", "until"))
        return np.linspace(start, end, 9)

    def _spoken(self, claim: Claim) -> frozenset[str]:
        """All quantities that a claim speaks of, through definitions."""
        names, definitions = names_in(claim.left) | names_in(claim.right), self.system.structure.definitions
        return frozenset[str]().union(*(names_reached(n, definitions) for n in names))

    def _notes(self, claim: Claim) -> tuple[str, ...]:
        structure, names = self.system.structure, self._spoken(claim)
        found = []
        inputs = sorted(names & {*structure.model.inputs})
        if inputs:
            found.append(f"inputs are held still: {', '.join(inputs)}")
        kinked = (structure.definitions[n].expr.has(*KINKS) for n in names if n in structure.definitions)
        if any(kinked) and not structure.model.discrete:
            found.append("at kinks the derivatives are one-sided ones")
        if structure.noisy:
            found.append("white noise is left out")
        if structure.model.events:
            found.append("it is meant between events")
        return tuple(found)


def rate_of(said: Claim) -> str | None:
    """The name E of a claim on dE/dt, if E is one number."""
    rate = said.left
    return name_of(rate.args[0]) if isinstance(rate, Rate) and not said.letters else None
