"""Whether a device is passive: whether it never gives more power than its stored energy loses.

Where the currents into all pins add up to 0, potentials count from one of the pins. What is dissipated is a sum of
terms; each is shown to be 0 or more, where one pin lies above another, below it, and level with it. Terms of second
degree in the potentials are one quadratic form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import sympy as sp
from sympy import Expr, Rational, S, Symbol

from neurodyn.analysis.energy.forms import sign_of_form
from neurodyn.analysis.power.leaves import Leaf
from neurodyn.analysis.power.signs import Signs
from neurodyn.analysis.verdict import Verdict
from neurodyn.calculus.letters import names_in, quantity
from neurodyn.calculus.ranges import FLAG, POSITIVE, Range
from neurodyn.program.lower import lower
from neurodyn.program.numpy_printer import numpy_function
from neurodyn.program.program import Output

GAP = quantity("gap between two pins")
TRIED, SIZES = 4000, (0.01, 0.1, 1.0, 10.0)
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Passivity:
    """The verdict on one device.

    Attributes:
        verdict: None for a source, of which it is not asked.
        reason: one line.
        witness: values at which it gives more than it has, by name.
    """

    verdict: Verdict | None
    reason: str
    witness: Mapping[str, float]


def passivity(leaf: Leaf) -> Passivity:
    """Whether a device is passive, for the values that it has."""
    lost = leaf.dissipated()
    reached = names_in(leaf.whole(lost))
    if reached & leaf.model.inputs.keys():
        return Passivity(None, "a source", {})
    if reached & leaf.rates:
        return Passivity(Verdict.UNDECIDED, "its power holds rates that are not those of its energy", {})
    bounds = dict(_bounded(leaf))
    told = "".join(f"; {n} stays in [0, 1], at whose ends its rate points inwards" for n in bounds)
    if lost == 0:
        return Passivity(Verdict.PROVED, "all that goes in is stored" if leaf.model.energy else "no power goes in", {})
    if _is_proved(leaf, lost, bounds):
        return Passivity(Verdict.PROVED, f"what it dissipates has no negative term{told}", {})
    least, witness = _searched(leaf, lost, bounds)
    if witness:
        return Passivity(Verdict.REFUTED, f"it gives {-least:.3g} W", witness)
    return Passivity(Verdict.SEARCHED, f"nothing against it at {TRIED} random potentials{told}", {})


def _numbers(leaf: Leaf) -> dict[Symbol, Rational]:
    return {quantity(n): Rational(v.numerator, v.denominator) for n, v in leaf.values.items()}


def _bounded(leaf: Leaf) -> Iterator[tuple[str, Range]]:
    """The states that start in [0, 1] and cannot leave it."""
    for name, flow in leaf.model.flows.items():
        start = leaf.model.states[name].value
        if isinstance(start, (int, float)) and 0 <= start <= 1:
            rate = leaf.whole(flow.expr / flow.factor).xreplace(_numbers(leaf))
            low, high = (Signs({}).of(sp.expand(rate.xreplace({quantity(name): S(end)}))) for end in (0, 1))
            if low.is_nonnegative and high.is_nonpositive:
                yield name, FLAG


def _is_proved(leaf: Leaf, lost: Expr, bounds: Mapping[str, Range]) -> bool:
    pins = [leaf.volts(pin) for pin in leaf.model.pins]
    signs = Signs({**bounds, str(GAP): POSITIVE})
    numbers = _numbers(leaf)
    definitions = {quantity(n): leaf.whole(d.expr).xreplace(numbers) for n, d in leaf.definitions.items()}
    if sp.expand(sp.Add(*(leaf.law(pin) for pin in leaf.model.pins))) == 0:
        numbers[pins[-1]] = S.Zero
        definitions = {n: e.xreplace({pins[-1]: S.Zero}) for n, e in definitions.items()}
    terms = _grouped(sp.expand(lost.xreplace(numbers), power_base=False, power_exp=False), set(pins))
    form = terms.pop(S.One, S.Zero)
    if not form.is_number and not sign_of_form(form).is_nonnegative:
        terms[S.One] = sp.factor(form)
    products = [sp.factor_terms(volts) * other.xreplace(definitions) for other, volts in terms.items()]
    carrying = [leaf.volts(pin) for pin in leaf.model.pins if leaf.law(pin) != 0]
    ends = [(a, b.xreplace(numbers)) for a, b in combinations(carrying, 2)]
    ways = [({},), *(({a: b + GAP}, {a: b - GAP}, {a: b}) for a, b in ends)]
    return any(all(_is_kept(signs, products, case) for case in cases) for cases in ways)


def _is_kept(signs: Signs, products: list[Expr], case: Mapping[Expr, Expr]) -> bool:
    """Whether each product is 0 or more in a case."""
    return all(signs.of(signs.settled(p.xreplace(case))).is_nonnegative for p in products)


def _grouped(expr: Expr, pins: set[Symbol]) -> dict[Expr, Expr]:
    """A sum as polynomials in the potentials, by what they are multiplied with."""
    found: dict[Expr, Expr] = {}
    for term in sp.Add.make_args(expr):
        inside = [f for f in sp.Mul.make_args(term) if f.is_number or (f.is_polynomial() and f.free_symbols <= pins)]
        volts = sp.Mul(*inside)
        other = sp.Mul(*(f for f in sp.Mul.make_args(term) if f not in inside))
        found[other] = found.get(other, S.Zero) + volts
    return found


def _searched(leaf: Leaf, lost: Expr, bounds: Mapping[str, Range]) -> tuple[float, dict[str, float]]:
    """The least power among random potentials, states and currents, and where it is, if it is below rounding."""
    whole = leaf.whole(lost).xreplace(_numbers(leaf))
    names = sorted(names_in(whole))
    rng = np.random.default_rng(0)
    given = {n: rng.standard_normal(TRIED) * rng.choice(SIZES, TRIED) for n in names}
    given |= {n: rng.uniform(0, 1, TRIED) for n in names if n in bounds}
    outputs = [Output("power", (), whole)]
    program = lower(outputs, definitions={}, sizes={}, constant=(), on={}, states=names, trials=True)
    with np.errstate(all="ignore"):
        power = np.asarray(numpy_function(program).bind({})(0.0, given)["power"])
    power = np.where(np.isfinite(power), power, np.inf)
    at = int(power.argmin())
    if power[at] >= -ROUNDING * float(np.abs(power[np.isfinite(power)]).max(initial=0.0)):
        return float(power[at]), {}
    return float(power[at]), {n: float(v[at]) for n, v in given.items()}
