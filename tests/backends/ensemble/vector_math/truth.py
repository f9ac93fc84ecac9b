"""The elementary functions by mpmath, the points at which to ask, and how far apart two answers are."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath as mp
import numpy as np
from numpy.typing import NDArray
from scipy import special

from neurodyn.program import runtime

Array = NDArray[np.float64]
BITS = 200  # of precision; where a formula cancels, it asks for more
LARGEST = np.finfo(float).max
ZEROS_AND_SUCH = (0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 2.3e-308, -2.2e-308, LARGEST, -LARGEST)
LIMITS = (709.782712893384, 709.7827128933841, 710.4758600739439, 710.476, -708.4, -745.1332191019411, -745.14, 717.0)
ROUND = (1.0, -1.0, 0.5, -0.5, 2.0, 3.0, -3.0, 0.8, -0.8, 2.0**30, -(2.0**30), 2.0**53, 2.0**53 + 2, -(2.0**53), 1e22)
SPECIAL = np.array([*ZEROS_AND_SUCH, *LIMITS, *ROUND, np.pi, np.pi / 2])


@dataclass(frozen=True)
class Truth:
    """One function.

    Attributes:
        exact: by mpmath, at finite arguments where it is finite.
        usual: by NumPy or SciPy: right about special values, and near enough elsewhere to tell where to look.
        busy: the interval where most happens.
    """

    exact: Callable[..., Any]
    usual: Callable[..., Any]
    busy: tuple[float, float] = (-5.0, 5.0)


def _precise(extra: int, formula: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        with mp.extraprec(extra):
            return formula(x)

    return f


def _exprel(x: Any) -> Any:
    return mp.expm1(x) / x if x else mp.mpf(1)


def _exprel_slope(x: Any) -> Any:
    return mp.mpf(1) / 2 + x / 3 if abs(x) < 2.0**-400 else (mp.exp(x) * (x - 1) + 1) / x**2


def _modulo(x: Any, y: Any) -> Any:
    with mp.extraprec(2200):
        return x - y * mp.floor(x / y)


def _slope(x: Any) -> Any:
    return np.where(np.isinf(x), np.where(x > 0, np.inf, 0.0), runtime.exprel_slope(x))


def _wide(f: Callable[..., Any]) -> Callable[..., Any]:
    """A NumPy function in the widest floats that there are."""
    return lambda *xs: f(*(np.asarray(x, dtype=np.longdouble) for x in xs))


TRUTHS: dict[str, Truth] = {
    "exp": Truth(mp.exp, _wide(np.exp), (-745.0, 710.0)),
    "expm1": Truth(mp.expm1, _wide(np.expm1)),
    "sigmoid": Truth(lambda x: 1 / (1 + mp.exp(-x)), _wide(special.expit), (-40.0, 40.0)),
    "exprel": Truth(_exprel, special.exprel),
    "exprel_slope": Truth(_precise(1000, _exprel_slope), _slope),
    "log": Truth(mp.log, _wide(np.log), (0.0, 3.0)),
    "log1p": Truth(mp.log1p, _wide(np.log1p), (-1.0, 3.0)),
    "sin": Truth(_precise(1200, mp.sin), _wide(np.sin), (-10.0, 10.0)),
    "cos": Truth(_precise(1200, mp.cos), _wide(np.cos), (-10.0, 10.0)),
    "tan": Truth(_precise(1200, mp.tan), _wide(np.tan), (-10.0, 10.0)),
    "asin": Truth(mp.asin, _wide(np.arcsin), (-1.0, 1.0)),
    "acos": Truth(_precise(1200, mp.acos), _wide(np.arccos), (-1.0, 1.0)),
    "atan": Truth(mp.atan, _wide(np.arctan)),
    "atan2": Truth(mp.atan2, _wide(np.arctan2)),
    "sinh": Truth(mp.sinh, _wide(np.sinh)),
    "cosh": Truth(mp.cosh, _wide(np.cosh)),
    "tanh": Truth(mp.tanh, _wide(np.tanh), (-3.0, 3.0)),
    "asinh": Truth(_precise(2200, mp.asinh), _wide(np.arcsinh)),
    "acosh": Truth(_precise(200, mp.acosh), _wide(np.arccosh), (1.0, 10.0)),
    "atanh": Truth(_precise(1200, mp.atanh), _wide(np.arctanh), (-1.0, 1.0)),
    "softplus": Truth(lambda x: mp.log1p(mp.exp(x)), _wide(runtime.softplus), (-40.0, 40.0)),
    "logcosh": Truth(lambda x: mp.log1p(2 * mp.sinh(x / 2) ** 2), _wide(runtime.logcosh)),
    "erf": Truth(mp.erf, special.erf),
    "i0e": Truth(lambda x: mp.exp(-abs(x)) * mp.besseli(0, x), special.i0e, (-20.0, 20.0)),
    "i1e": Truth(lambda x: mp.exp(-abs(x)) * mp.besseli(1, x), special.i1e, (-20.0, 20.0)),
    "modulo": Truth(_modulo, np.mod),
    "power": Truth(mp.power, _wide(np.power), (0.0, 10.0)),
}


def points(name: str, count: int, seed: int = 0) -> tuple[Array, ...]:
    """Arguments: a half where most happens, a half over all exponents, special ones, and for two, all pairs of them."""
    rng, low_high = np.random.default_rng([seed, len(name)]), TRUTHS[name].busy
    arity = 2 if name in ("atan2", "modulo", "power") else 1
    half = count // 2
    drawn = []
    for _ in range(arity):
        spread = np.ldexp(rng.uniform(1, 2, half) * rng.choice([-1.0, 1.0], half), rng.integers(-1074, 1024, half))
        drawn.append(np.concatenate([rng.uniform(*low_high, count - half), spread]))
    if name == "power":  # what neither overflows nor vanishes
        x = np.abs(drawn[0][half:])
        drawn[0][half:], drawn[1][half:] = x, rng.uniform(-1, 1, x.size) * 745 / np.log(x)
    if name in ("sin", "cos", "tan"):
        drawn.append(np.concatenate([drawn.pop(), _quarter_turns(rng)]))
    meet = np.meshgrid(*[SPECIAL] * arity)
    return tuple(np.concatenate([m.ravel(), d]) for m, d in zip(meet, drawn, strict=True))


def _quarter_turns(rng: np.random.Generator) -> Array:
    """The doubles next to multiples of pi/2 of all sizes, and the one that comes nearest of all."""
    with mp.workprec(1200):
        near = [float(int(k * 2.0**20) * 2**e * mp.pi / 2) for e in range(-15, 1000, 5) for k in rng.uniform(1, 2, 3)]
    return np.array([*near, *np.nextafter(near, 0), 6381956970095103 * 2.0**797])


def exact(name: str, *at: float) -> Any:
    """The value, or a float where it is no finite number."""
    with np.errstate(all="ignore"):
        usual = float(TRUTHS[name].usual(*map(float, at)))
    if math.isnan(usual) or (math.isinf(usual) and not all(map(math.isfinite, at))):
        return usual
    if not all(map(math.isfinite, at)) or 0.0 in at:
        return usual  # mpmath has no -0.0
    with mp.workprec(BITS):
        try:
            found = TRUTHS[name].exact(*map(mp.mpf, map(float, at)))
        except ZeroDivisionError:
            return usual
    return float(found) if mp.isinf(found) else found


def ulps(found: float, true: Any) -> float:
    """How many units in the last place of the truth lie between; infinitely many where the two differ in kind."""
    if isinstance(true, float) and not (math.isfinite(true) and math.isfinite(found)):
        return 0.0 if found == true or (math.isnan(found) and math.isnan(true)) else math.inf
    if math.isnan(found):
        return math.inf
    with mp.workprec(BITS):
        size = abs(mp.mpf(true))
        unit = mp.mpf(2) ** max(mp.frexp(size)[1] - 53, -1074) if size else mp.mpf(2) ** -1074
        unit = min(unit, mp.mpf(2) ** 971)
        value = mp.sign(found) * mp.mpf(2) ** 1024 if math.isinf(found) else mp.mpf(found)
        beyond = math.isinf(found) and size >= mp.mpf(2) ** 1024 and mp.sign(true) == mp.sign(found)
        return 0.0 if beyond else float(min(abs(value - true) / unit, mp.mpf(10) ** 300))
