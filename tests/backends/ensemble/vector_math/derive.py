"""Where the numbers in `coefficients.py` come from: each polynomial interpolates its function at Chebyshev points.

`python -m tests.backends.ensemble.vector_math.derive` writes the file anew; a test compares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mpmath as mp

from neurodyn.backends import ensemble

FILE = Path(ensemble.__file__).parent / "vector_math" / "coefficients.py"
HEAD = '''"""The numbers of the elementary functions.

Polynomials interpolate, at Chebyshev points, the function that stands above them: the coefficients of ascending powers,
rounded to doubles. A constant in parts is the sum of its doubles, each the nearest to what the others leave.
`tests/backends/ensemble/vector_math/derive.py` computes them.
"""

from __future__ import annotations

# fmt: off

'''
WORD = 64  # bits of one word of 2/pi


@dataclass(frozen=True)
class Polynomial:
    """A function on an interval, and how many coefficients approximate it: an even number where 0 is in its middle."""

    says: str
    function: Callable[[mp.mpf], mp.mpf]
    low: Callable[[], mp.mpf]
    high: Callable[[], mp.mpf]
    count: int

    def coefficients(self) -> list[float]:
        """Of the interpolating polynomial."""
        with mp.workdps(60):
            low, high, n = mp.mpf(self.low()), mp.mpf(self.high()), self.count
            middle, half = (low + high) / 2, (high - low) / 2
            points = [middle + half * mp.cos(mp.pi * (2 * k + 1) / (2 * n)) for k in range(n)]
            rows = mp.matrix([[x**j for j in range(n)] for x in points])
            solved = mp.lu_solve(rows, mp.matrix([self.function(x) for x in points]))
            return [float(c) for c in solved]


def _even(f: Callable[[mp.mpf], mp.mpf]) -> Callable[[mp.mpf], mp.mpf]:
    """A function of x as one of x**2."""
    return lambda z: f(mp.sqrt(z))


def _half_log2() -> mp.mpf:
    return mp.log(2) / 2


def _erfc_scaled(x: mp.mpf) -> mp.mpf:
    return mp.exp(x * x) * mp.erfc(x)


def _bessel_scaled(order: int, x: mp.mpf) -> mp.mpf:
    return mp.exp(-x) * mp.besseli(order, x) * mp.sqrt(x)


POLYNOMIALS: dict[str, Polynomial] = {
    "EXP": Polynomial(
        "(exp(r) - 1 - r)/r**2, |r| <= log(2)/2",
        lambda r: (mp.exp(r) - 1 - r) / r**2,
        lambda: -_half_log2(),
        _half_log2,
        10,
    ),
    "LOG": Polynomial(
        "(2*atanh(s)/s - 2)/s**2 in s**2, |s| <= 3 - sqrt(8)",
        _even(lambda s: (2 * mp.atanh(s) / s - 2) / s**2),
        lambda: mp.mpf(0),
        lambda: (3 - mp.sqrt(8)) ** 2,
        7,
    ),
    "LOG2_REST": Polynomial(
        "((2*atanh(s)/s - 2)/s**2 - 2/3)/(s**2*log(2)) in s**2, |s| <= 3 - sqrt(8)",
        _even(lambda s: ((2 * mp.atanh(s) / s - 2) / s**2 - mp.mpf(2) / 3) / s**2 / mp.log(2)),
        lambda: mp.mpf(0),
        lambda: (3 - mp.sqrt(8)) ** 2,
        8,
    ),
    "LOG_UNIT": Polynomial(
        "(2*atanh(s)/s - 2)/s**2 in s**2, |s| <= 1/3",
        _even(lambda s: (2 * mp.atanh(s) / s - 2) / s**2),
        lambda: mp.mpf(0),
        lambda: mp.mpf(1) / 9,
        11,
    ),
    "LOGCOSH": Polynomial(
        "(log(cosh(x)) - x**2/2)/x**4 in x**2, |x| <= 4/5",
        _even(lambda x: (mp.log(mp.cosh(x)) - x**2 / 2) / x**4),
        lambda: mp.mpf(0),
        lambda: mp.mpf(16) / 25,
        13,
    ),
    "SIN": Polynomial(
        "(sin(r)/r - 1)/r**2 in r**2, |r| <= pi/4",
        _even(lambda r: (mp.sin(r) / r - 1) / r**2),
        lambda: mp.mpf(0),
        lambda: mp.pi**2 / 16,
        6,
    ),
    "COS": Polynomial(
        "(cos(r) - 1 + r**2/2)/r**4 in r**2, |r| <= pi/4",
        _even(lambda r: (mp.cos(r) - 1 + r**2 / 2) / r**4),
        lambda: mp.mpf(0),
        lambda: mp.pi**2 / 16,
        6,
    ),
    "ATAN": Polynomial(
        "(atan(t)/t - 1)/t**2 in t**2, |t| <= sqrt(2) - 1",
        _even(lambda t: (mp.atan(t) / t - 1) / t**2),
        lambda: mp.mpf(0),
        lambda: (mp.sqrt(2) - 1) ** 2,
        11,
    ),
    "ASIN": Polynomial(
        "(asin(x)/x - 1)/x**2 in x**2, |x| <= 1/2",
        _even(lambda x: (mp.asin(x) / x - 1) / x**2),
        lambda: mp.mpf(0),
        lambda: mp.mpf(1) / 4,
        13,
    ),
    "EXPREL_SLOPE": Polynomial(
        "(exp(x)*(x - 1) + 1)/x**2, |x| <= 1",
        lambda x: (mp.exp(x) * (x - 1) + 1) / x**2,
        lambda: mp.mpf(-1),
        lambda: mp.mpf(1),
        16,
    ),
    "ERF": Polynomial(
        "erf(x)/x - 1 in x**2, |x| <= 1",
        _even(lambda x: mp.erf(x) / x - 1),
        lambda: mp.mpf(0),
        lambda: mp.mpf(1),
        13,
    ),
    "ERFC": Polynomial(
        "exp(x**2)*(1 - erf(x)) in t, x = 11/4*(1 + t)/(1 - t), 1 <= x <= 6",
        lambda t: _erfc_scaled(mp.mpf(11) / 4 * (1 + t) / (1 - t)),
        lambda: mp.mpf(-7) / 15,
        lambda: mp.mpf(13) / 35,
        16,
    ),
    "I0_NEAR": Polynomial(
        "I0(x) in (x/2)**2, |x| <= 8",
        _even(lambda root: mp.besseli(0, 2 * root)),
        lambda: mp.mpf(0),
        lambda: mp.mpf(16),
        20,
    ),
    "I1_NEAR": Polynomial(
        "2*I1(x)/x in (x/2)**2, |x| <= 8",
        _even(lambda root: mp.besseli(1, 2 * root) / root),
        lambda: mp.mpf(0),
        lambda: mp.mpf(16),
        20,
    ),
    "I0_FAR": Polynomial(
        "exp(-x)*I0(x)*sqrt(x) in w, x = 16/(1 + w), x >= 8",
        lambda w: _bessel_scaled(0, 16 / (1 + w)),
        lambda: mp.mpf(-1),
        lambda: mp.mpf(1),
        26,
    ),
    "I1_FAR": Polynomial(
        "exp(-x)*I1(x)*sqrt(x) in w, x = 16/(1 + w), x >= 8",
        lambda w: _bessel_scaled(1, 16 / (1 + w)),
        lambda: mp.mpf(-1),
        lambda: mp.mpf(1),
        26,
    ),
}

# A constant, what it is called, and the number of its parts.
CONSTANTS: dict[str, tuple[str, Callable[[], mp.mpf], int]] = {
    "LOG2E": ("1/log(2)", lambda: 1 / mp.log(2), 1),
    "LN2": ("log(2)", lambda: mp.log(2), 2),
    "LOG2_LINE": ("2/log(2)", lambda: 2 / mp.log(2), 2),
    "LOG2_CUBE": ("2/(3*log(2))", lambda: 2 / (3 * mp.log(2)), 2),
    "TWO_OVER_PI": ("2/pi", lambda: 2 / mp.pi, 1),
    "HALF_PI": ("pi/2", lambda: mp.pi / 2, 3),
}


def parts(value: Callable[[], mp.mpf], count: int) -> list[float]:
    """A constant as a sum of doubles."""
    with mp.workdps(120):
        found: list[float] = []
        for _ in range(count):
            found.append(float(value() - mp.fsum(found)))
        return found


def words_of_two_over_pi(count: int = 20) -> list[int]:
    """The binary digits of 2/pi, after one word of zeros for those before the point."""
    with mp.workprec(WORD * (count + 2)):
        digits = int(mp.floor(2 / mp.pi * mp.mpf(2) ** (WORD * (count - 1))))
    return [digits >> (WORD * (count - 1 - k)) & (2**WORD - 1) for k in range(count)]


def _floats(name: str, says: str, numbers: list[float]) -> str:
    if len(numbers) == 1:
        return f"# {says}\n{name} = {numbers[0]!r}\n"
    return f"# {says}\n{name} = (\n" + _rows([repr(number) for number in numbers], 4) + ")\n"


def _rows(words: list[str], together: int) -> str:
    return "".join(f"    {', '.join(words[k : k + together])},\n" for k in range(0, len(words), together))


def text() -> str:
    """The file."""
    blocks = [_floats(name, says, parts(value, count)) for name, (says, value, count) in CONSTANTS.items()]
    blocks += [_floats(name, p.says, p.coefficients()) for name, p in POLYNOMIALS.items()]
    words = _rows([f"0x{word:016X}" for word in words_of_two_over_pi()], 4)
    blocks.append(f"# the binary digits of 2/pi, after 64 zeros\nTWO_OVER_PI_WORDS = (\n{words})\n")
    return HEAD + "\n".join(blocks)


if __name__ == "__main__":
    FILE.write_text(text())
