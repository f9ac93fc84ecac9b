"""What was found out about a system's energy and its claims, on one screen."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.energy.along import Along, along, is_watched, told
from neurodyn.analysis.energy.in_box import box_of
from neurodyn.analysis.energy.judge import Judge
from neurodyn.analysis.energy.judged import Judged
from neurodyn.analysis.energy.plateau import Plateau, plateau
from neurodyn.analysis.energy.search import Hunt
from neurodyn.analysis.energy.warned import Warned
from neurodyn.analysis.energy.warnings import warnings
from neurodyn.analysis.verdict import Verdict
from neurodyn.calculus.letters import names_in
from neurodyn.calculus.rewrite import names_reached
from neurodyn.errors import InputError, RunFailed
from neurodyn.model.model import Model
from neurodyn.system.claims import read_claim
from neurodyn.system.system import System

WIDTH = 100
# From the best to the worst.
WORSE = (Verdict.PROVED, Verdict.VERIFIED, Verdict.SEARCHED, Verdict.UNDECIDED, Verdict.REFUTED)


@dataclass(frozen=True, eq=False, repr=False)
class EnergyReport(AsText):
    """Verdicts on the claims of a system.

    Attributes:
        energy: the name of the energy; empty if the model declares none.
        terms: the texts of its additive terms.
        claims: what was found out about each claim.
        search: how hard it was searched where nothing was proved.
        along: what a run showed; None for a map, with white noise, events or constraints, where it was not asked, and
            where the run does not reach its end.
        warnings: where the premises of an argument fail, and where the energy has no bottom or no value.
    """

    system: System
    energy: str
    terms: tuple[str, ...]
    claims: tuple[Judged, ...]
    search: Hunt
    along: Along | None = None
    warnings: tuple[Warned, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of all verdicts."""
        return max((c.verdict for c in self.claims), key=WORSE.index)

    def __str__(self) -> str:
        head = f"{self.system.name}: {self.system.model.summary}"
        texts = _equations(self.system, [c.claim for c in self.claims])
        energy = ["\n".join(textwrap.fill(x, WIDTH, initial_indent="  ", subsequent_indent=" " * 6) for x in texts)]
        run = [] if self.along is None else ["along a run\n" + "\n".join(f"  {x}" for x in told(self.along))]
        warned = ["warnings\n" + "\n".join(f"  {x}" for w in self.warnings for x in _lines(w))] if self.warnings else []
        return "\n\n".join([head, *energy, *(_told(c, self.system) for c in self.claims), *warned, *run])

    def plot(self, kind: str | None = None, **options: Any) -> Any:
        """The energy along the run, its balance, and the landscape around: a matplotlib figure.

        Args:
            kind: one panel alone: `energy`, `balance`, `landscape` or `surface` (of two numbers of state), or `line`:
                the energy in straight lines from memory to memory, or `between=` two memories or states.
        """
        from neurodyn.results.display import drawn

        return drawn("claims", self, kind=kind, **options)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        run = {} if self.along is None else {"along": told(self.along)}
        return {
            **run,
            "model": self.system.name,
            "energy": self.energy,
            "terms": list(self.terms),
            "verdict": str(self.verdict),
            "claims": [_plain(c) for c in self.claims],
            "warnings": [_warned(w) for w in self.warnings],
        }


def energy(
    system: System | Model | str,
    *,
    claim: str | Sequence[str] | None = None,
    box: Mapping[str, Any] | None = None,
    run: bool = True,
    starts: int = Hunt.starts,
    seed: int = Hunt.seed,
) -> EnergyReport:
    """A verdict on each claim that a model makes about its energy.

    A claim is proved from the equations, at any size, where it can be: `dE/dt <= 0` from the balance of a gradient
    flow, `dE/dt == ...` by normal forms. What is not proved is searched: ascents of what must not be positive.

    Args:
        system: a system, or the name of a model.
        claim: claims to judge; by default those of the model, and `dE/dt <= 0` (`E(t+1) <= E` of a map) if it makes
            none about its energy.
        box: ends (low, high) for each state: an inequality that is not proved for all states is to be shown there,
            by interval arithmetic.
        run: whether the energy is watched along a run of the bench too.
        starts: ascents of a search.
        seed: of their starts, and of the run.

    Raises:
        InputError: for a model without an energy and without claims, or a claim that cannot be read.
    """
    from neurodyn.system.build import built

    system = built(system)
    hunt = Hunt(starts=starts, seed=seed)
    judge = Judge(system, hunt, None if box is None else box_of(system, box))
    texts = [claim] if isinstance(claim, str) else list(claim or _claims(system))
    judged = tuple(judge.of(text) for text in texts)
    warned, watched = [*warnings(system, hunt)], None
    if run and is_watched(system):
        try:
            watched = along(system, seed=seed)
        except RunFailed as error:
            warned.append(Warned("run", f"The run of the bench does not reach its end. {error.sentence}"))
    flat = _plateau(system, watched, seed) if run else None
    if flat is not None:
        warned.append(Warned("flat", str(flat), numbers=asdict(flat)))
    return EnergyReport(system, system.model.energy or "", system.energy_terms, judged, hunt, watched, tuple(warned))


def _plateau(system: System, watched: Along | None, seed: int) -> Plateau | None:
    """Where the run that was watched is flat, or the start of one that was not."""
    if watched is not None:
        return plateau(system, watched.time, watched.states)
    begin = float(system.time("from", system.model.bench.get("from", 0.0)))
    return plateau(system, [begin], system.start(seed=seed)[None])


def _claims(system: System) -> list[str]:
    """The claims of a model, and the usual one about its energy."""
    model = system.model
    falls = "{0}(t+1) <= {0}" if model.discrete else "d{0}/dt <= 0"
    usual = [] if model.energy is None else [falls.format(model.energy)]
    told = any(model.energy in c.names for c in (read_claim(model, text) for text in model.claims))
    found = list(model.claims) if told else [*usual, *model.claims]
    if not found:
        raise InputError(
            f"{model.name} declares no energy and makes no claims.",
            code="no-claims",
            remedy='Write energy = "E" and an equation E = ..., or name a claim.',
            place=model.locate("", "energy").place(0),
        )
    return found


def _equations(system: System, claims: Sequence[str]) -> list[str]:
    """The flows and maps, and what they, the energy and claims speak of, as the model says them."""
    model, definitions = system.model, system.structure.definitions
    moving = {*model.states} | ({model.energy} if model.energy else set())
    named = {n for e in model.equations if e.name in moving for n in names_in(e.expr)}
    named |= {n for text in claims for n in read_claim(model, text).names}
    reached = moving.union(*(names_reached(n, definitions) for n in named))
    return [e.text for e in model.equations if e.name in reached or e.kind == "function"]


def _told(one: Judged, system: System) -> str:
    lines = [f"{one.claim}    {str(one.verdict).upper()}"]
    rows = [("", one.identity), ("because", one.reason), *(("", line) for line in one.steps)]
    rows += [("given", a) for a in one.assumptions] + [("lemma", x) for x in one.lemmas]
    rows += [("meant", n) for n in one.notes] + [("found", x) for x in _numbers(one, system)]
    for word, text in rows:
        if text:
            body = textwrap.wrap(text, WIDTH - 12)
            lines += [f"  {word if k == 0 else '':8s}  {line}" for k, line in enumerate(body)]
    return "\n".join(lines)


def _numbers(one: Judged, system: System) -> list[str]:
    """What was computed, in words."""
    n = one.numbers
    tried = f"in {n['ascents']} searches ({n['evaluations']} evaluations)" if "ascents" in n else ""
    if one.verdict is Verdict.SEARCHED:
        return [f"nothing against it {tried}; it comes to {n['largest']:.3g}, rounding {n['rounding']:.2g}"]
    lines = [f"it is broken by {n['largest']:.4g} (rounding {n['rounding']:.1g}), {tried}"] if tried else []
    if "state" in n:
        state = np.asarray(n["state"])
        shown = ", ".join(f"{system.layout.element(k)} = {state[k]:.6g}" for k in range(min(4, state.size)))
        more = f", and {state.size - 4} more" if state.size > 4 else ""
        lines.append((f"at t = {n['t']:g}: " if "t" in n else "at ") + shown + more)
    if "values" in n:
        (first, *_, last), span = n["values"], n["times"][-1] - n["times"][0]
        lines.append(f"from there it goes from {first:.10g} to {last:.10g} in a time of {span:.3g}")
    return lines


def _lines(one: Warned) -> list[str]:
    """A warning as lines: the sentence, and below it where that is written which it is about."""
    place = [] if one.place is None else str(one.place).splitlines()
    return [*textwrap.wrap(one.text, WIDTH - 4), *(f"    {line}" for line in place)]


def _warned(one: Warned) -> dict[str, Any]:
    at = {} if one.place is None else {"file": one.place.file, "line": one.place.line}
    return {"about": one.about, "text": one.text, **at, "numbers": _numerals(one.numbers)}


def _numerals(numbers: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.tolist() if isinstance(v, (np.ndarray, np.number)) else v for k, v in numbers.items()}


def _plain(one: Judged) -> dict[str, Any]:
    return {
        "claim": one.claim, "verdict": str(one.verdict), "reason": one.reason, "identity": one.identity,
        "steps": list(one.steps),
        "assumptions": list(one.assumptions), "lemmas": list(one.lemmas), "notes": list(one.notes),
        "numbers": _numerals(one.numbers),
    }  # fmt: skip
