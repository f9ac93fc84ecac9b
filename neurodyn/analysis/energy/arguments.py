"""The arguments by which a claim is proved: each from facts that it notes, or with a word on why it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from sympy import Expr

from neurodyn.analysis.energy.balance import Balance, Descent, Obstacle
from neurodyn.analysis.energy.clocks import written_out
from neurodyn.analysis.energy.facts import Facts, least
from neurodyn.analysis.energy.forms import LEMMA, factored
from neurodyn.analysis.energy.judged import Judged
from neurodyn.analysis.energy.parts import sides
from neurodyn.analysis.energy.premises import jump, notes, outside
from neurodyn.analysis.energy.signs import Signs, never_positive
from neurodyn.analysis.energy.stepwise import Steps
from neurodyn.analysis.energy.told import identity, lemmas_of, steps
from neurodyn.analysis.verdict import Verdict
from neurodyn.calculus.letters import name_of
from neurodyn.calculus.nodes import Rate, Where
from neurodyn.calculus.rewrite import inline, names_reached
from neurodyn.calculus.times import Next
from neurodyn.language.spell import spell
from neurodyn.system.claims import Claim, read_claim
from neurodyn.system.structure import Structure
from neurodyn.system.system import System

Argument = Callable[[], Judged | str]
DIFFERENT = "the two sides have different normal forms"
JOINED = "comparisons joined by and, or, not are shown only if their normal form is true, whatever the state; it is not"
DESCENT = "each state goes against a gradient of the energy (Cohen and Grossberg 1983; Krotov and Hopfield 2021)"


@dataclass(frozen=True, eq=False)
class Arguments:
    """The arguments for one claim.

    Attributes:
        said: the claim in the names of the model.
        claim: the same with its rates written out.
    """

    facts: Facts
    said: Claim
    claim: Claim

    @property
    def system(self) -> System:
        return self.facts.system

    def __iter__(self) -> Iterator[Argument]:
        """Those that may prove it, in the order in which they are tried; the first says best what is in the way."""
        energy = rate_of(self.said)
        if self.claim.relation == "==":
            yield from (self._sum,) if energy is not None else ()
            yield partial(self._fewest, self._identity)
        elif self.system.model.discrete:
            yield partial(self._fewest, self._step)
        else:
            falls = energy is not None and self.claim.relation == "<=" and self.claim.right == 0
            yield from (self._descent,) if falls else ()
            yield from (partial(self._fewest, self._equation), partial(self._fewest, self._sign))

    @property
    def _structure(self) -> Structure:
        return self.system.structure

    def _fewest(self, argue: Callable[[Facts], Judged | str]) -> Judged | str:
        found = least(self.facts.anew(), argue)
        return found if isinstance(found, str) else self._given(*found)

    # --- equations ------------------------------------------------------------------------------------------------

    def _sum(self) -> Judged | str:
        """A balance that is the sum over all activations."""
        found = self._descents()
        if isinstance(found, str):
            return DIFFERENT
        descents, facts = found
        reason = f"it is the sum of d{rate_of(self.said)}/dg*dg/dt over all activations g"
        for pair in sides(facts, descents, self.said):
            agreed = least(self.facts.anew(), partial(_agree, pair))
            if not isinstance(agreed, str):
                return self._given(self._from_balance(reason, descents, facts), facts, agreed[1])
        return DIFFERENT

    def _identity(self, facts: Facts) -> Judged | str:
        if self._is_identity(facts, self.claim):
            return self._proved("both sides have the same normal form")
        return JOINED if isinstance(self.said.left, Where) and self.said.right == 1 else DIFFERENT

    def _is_identity(self, facts: Facts, claim: Claim) -> bool:
        return facts.equal(*(written_out(self._structure, side) for side in (claim.left, claim.right)))

    # --- inequalities ---------------------------------------------------------------------------------------------

    def _descent(self) -> Judged | str:
        found = self._descents()
        reason = found if isinstance(found, str) else jump(self._structure, str(rate_of(self.said)))
        if isinstance(found, str) or reason:
            return reason
        return self._given(self._from_balance(DESCENT, *found), found[1])

    def _equation(self, facts: Facts) -> Judged | str:
        """An inequality that follows from an equation which the model claims too."""
        said, model = self.said, self.system.model
        if self._may_jump():
            return "the energy may jump"
        for other in (c for c in model.claims if c != said.text):
            equation = read_claim(model, other)
            if equation.relation != "==" or equation.left != said.left:
                continue
            signs = Signs(facts)
            off = signs.of(equation.right - said.right)
            fits = (off if said.relation in (">=", ">") else -off).is_nonnegative
            fits = fits and (said.relation in ("<=", ">=") or off.has_no_zero)
            if fits and self._is_identity(facts, self._structure.claim(other)):
                shown = self._proved(f"it follows from {other}")
                return replace(shown, identity=other, lemmas=tuple(signs.lemmas))
        return "the sign of its sides is not known"

    def _sign(self, facts: Facts) -> Judged | str:
        """An inequality between two sides whose difference is, once written out, of one sign."""
        claim, strict = self.claim, self.claim.relation in ("<", ">")
        if self._may_jump():
            return "the energy may jump"
        falls = claim.relation in ("<=", "<")
        off = inline(claim.left - claim.right if falls else claim.right - claim.left, self._structure.varying)
        shown, forms = never_positive(facts, off, strictly=strict), tuple[Expr, ...]()
        if shown is None and not strict:
            shown, forms = factored(facts, off) or (None, forms)
        if shown is None:
            return "the sign of its sides is not known"
        letters = {n: s.letters for n, s in self.system.model.indices.items()}
        above, below = (self.said.left, self.said.right) if falls else (self.said.right, self.said.left)
        sides = ["" if x == 0 else spell(x, letters) for x in (above, below)]
        less = f"{sides[0]} - ({sides[1]})" if all(sides) else sides[0] or f"-({sides[1]})"
        told = f"{less} = {spell(shown, letters)}"
        proved = self._proved("the difference of its sides has one sign, whatever the state")
        return replace(proved, identity=told, lemmas=tuple(LEMMA.format(form=spell(x, letters)) for x in forms))

    def _may_jump(self) -> bool:
        energy = rate_of(self.said)
        return energy is not None and bool(jump(self._structure, energy))

    def _step(self, facts: Facts) -> Judged | str:
        """A claim `E(t+1) <= E - ...` of a map."""
        said = self.said
        new = said.left.args[0] if isinstance(said.left, Next) else None
        if new is None or said.relation != "<=" or said.letters:
            return "it is not of the form E(t+1) <= E - ..."
        argument = Steps(facts, name_of(new))
        found = argument.of()
        if isinstance(found, str):
            return found
        if not argument.reaches(found, said.right - new):
            return f"{found.reason}, but that bound is not shown to be as low"
        shown = self._proved(found.reason)
        return replace(shown, steps=found.steps, assumptions=found.assumptions)

    # --- what is reported -----------------------------------------------------------------------------------------

    def _descents(self) -> tuple[tuple[Descent, ...], Facts] | str:
        """How each state lets the energy fall, and from which facts, or what is in the way."""
        energy = str(rate_of(self.said))
        through: dict[str, str] = {}  # by which activations the first argument goes: others go by the same

        def argue(facts: Facts) -> tuple[Descent, ...] | str:
            balance = Balance(facts, energy)
            found = [balance.of(state, through.get(state)) for state in self._structure.model.states]
            descents = tuple(d for d in found if isinstance(d, Descent))
            if len(descents) < len(found):
                return "; ".join(o.reason for o in found if isinstance(o, Obstacle))
            through.update({d.state: d.activation for d in descents})
            return descents

        return outside(self._structure, energy) or least(self.facts.anew(), argue)

    def _from_balance(self, reason: str, descents: tuple[Descent, ...], facts: Facts) -> Judged:
        energy = str(rate_of(self.said))
        shown, lines = self._proved(reason), steps(facts, energy, descents)
        return replace(shown, identity=identity(facts, energy, descents), steps=lines, lemmas=lemmas_of(descents))

    def _proved(self, reason: str) -> Judged:
        meant = notes(self._structure, spoken(self.system, self.claim))
        return Judged(self.claim.text, Verdict.PROVED, reason, notes=meant)

    @staticmethod
    def _given(shown: Judged, *facts: Facts) -> Judged:
        """What was shown, with the facts that it uses."""
        used = dict.fromkeys(told for one in facts for told in one.used.values())
        return replace(shown, assumptions=(*used, *shown.assumptions))


def _agree(pair: tuple[Expr, Expr], facts: Facts) -> bool | str:
    return facts.equal(*pair) or DIFFERENT


def rate_of(said: Claim) -> str | None:
    """The name E of a claim on dE/dt, if E is one number."""
    rate = said.left
    return name_of(rate.args[0]) if isinstance(rate, Rate) and not said.letters else None


def spoken(system: System, claim: Claim) -> frozenset[str]:
    """All quantities that a claim speaks of, through definitions."""
    definitions = system.structure.definitions
    return frozenset[str]().union(*(names_reached(n, definitions) for n in claim.names))
