"""Intervals hold every value: of each function at fifty digits, and of the programs of shipped models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurodyn
from neurodyn.calculus.letters import quantity
from neurodyn.calculus.rewrite import Definition
from neurodyn.calculus.times import Lag
from neurodyn.program.interval_function import Intervals
from neurodyn.program.interval_ops import ELEMENTWISE, NoInterval
from neurodyn.program.intervals import Interval, outward, whole_power
from neurodyn.program.lower import Output, lower
from neurodyn.system.jacobian import derived

mpmath.mp.dps = 50
SIZES = (
    st.floats(-1e3, 1e3)
    | st.floats(-1e-3, 1e-3)
    | st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e-300, -1e-300, 700.0, -720.0, -745.0])
)
NARROW = st.floats(-0.999, 0.999) | st.sampled_from([0.0, 1.0, -1.0])
LARGE = SIZES.map(abs).map(lambda x: x + 1.0)


def logcosh(x: Any) -> Any:
    return mpmath.log1p(2 * mpmath.sinh(x / 2) ** 2)


def exprel(x: Any) -> Any:
    return mpmath.expm1(x) / x if x else mpmath.mpf(1)


def exprel_slope(x: Any) -> Any:
    return (mpmath.exp(x) * (x - 1) + 1) / x**2


def softplus(x: Any) -> Any:
    return mpmath.log1p(mpmath.exp(x))


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Ends that overflow are infinite."""
    with np.errstate(all="ignore"):
        yield


# By name: the function at many digits, and where its argument lies.
EXACT: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "exp": (mpmath.exp, SIZES), "expm1": (mpmath.expm1, SIZES),
    "tanh": (mpmath.tanh, SIZES), "sinh": (mpmath.sinh, NARROW), "cosh": (mpmath.cosh, NARROW),
    "sin": (mpmath.sin, SIZES), "cos": (mpmath.cos, SIZES), "tan": (mpmath.tan, NARROW), "atan": (mpmath.atan, SIZES),
    "asin": (mpmath.asin, NARROW), "acos": (mpmath.acos, NARROW), "asinh": (mpmath.asinh, SIZES),
    "acosh": (mpmath.acosh, LARGE), "atanh": (mpmath.atanh, st.floats(-0.99, 0.99)), "erf": (mpmath.erf, SIZES),
    "log": (mpmath.log, LARGE), "log1p": (mpmath.log1p, LARGE), "sqrt": (mpmath.sqrt, SIZES.map(abs)),
    "sigmoid": (sigmoid, SIZES), "softplus": (softplus, SIZES), "exprel": (exprel, NARROW),
    "logcosh": (logcosh, NARROW), "i0e": (lambda x: mpmath.exp(-abs(x)) * mpmath.besseli(0, x), NARROW),
    "exprel_slope": (exprel_slope, st.floats(1e-3, 5)), "absolute": (abs, SIZES), "floor": (mpmath.floor, SIZES),
    "relu": (lambda x: max(x, 0), SIZES), "sign": (mpmath.sign, SIZES),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(EXACT))
def test_a_function_holds_its_values(name: str) -> None:
    exact, arguments = EXACT[name]

    @settings(max_examples=25, deadline=None)
    @given(arguments, arguments, st.floats(0, 1))
    def check(a: float, b: float, share: float) -> None:
        low, high = min(a, b), max(a, b)
        inner = min(max(low + share * (high - low), low), high)
        found = ELEMENTWISE[name](Interval.point([low]).hull(Interval.point([high])))
        for x in (low, inner, high):
            value = exact(mpmath.mpf(x))
            assert mpmath.mpf(float(found.low[0])) <= value <= mpmath.mpf(float(found.high[0])), (x, value)

    check()


@pytest.mark.parametrize("name", ["exp", "sigmoid", "softplus", "tanh", "erf", "log1p", "asinh", "atan"])
def test_functions_hold_their_values_over_their_whole_range(name: str) -> None:
    exact = EXACT[name][0]
    x = np.concatenate([np.linspace(-750, 750, 301), np.geomspace(1e-320, 1e3, 50), -np.geomspace(1e-320, 0.9, 50)])
    x = x[x > -1] if name == "log1p" else x
    found = ELEMENTWISE[name](Interval.point(x))
    for value, low, high in zip(x, found.low, found.high, strict=True):
        assert mpmath.mpf(float(low)) <= exact(mpmath.mpf(float(value))) <= mpmath.mpf(float(high)), value


def spans() -> Any:
    return st.tuples(SIZES, SIZES).map(lambda p: (min(p), max(p)))


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "larger", "smaller"])
def test_arithmetic_holds_its_values(name: str) -> None:
    exact = {
        "add": lambda x, y: x + y, "subtract": lambda x, y: x - y, "multiply": lambda x, y: x * y,
        "divide": lambda x, y: x / y if y else None, "larger": max, "smaller": min,
    }[name]  # fmt: skip

    @settings(max_examples=60, deadline=None)
    @given(spans(), spans())
    def check(a: tuple[float, float], b: tuple[float, float]) -> None:
        found = ELEMENTWISE[name](*(Interval(np.array([p[0]]), np.array([p[1]])) for p in (a, b)))
        for x in a:
            for y in b:
                value = exact(mpmath.mpf(x), mpmath.mpf(y))
                if value is not None:
                    assert mpmath.mpf(float(found.low[0])) <= value <= mpmath.mpf(float(found.high[0]))

    check()


@given(spans(), st.integers(1, 7), st.floats(0, 1))
@settings(deadline=None)
def test_whole_powers(ends: tuple[float, float], n: int, share: float) -> None:
    x = ends[0] + share * (ends[1] - ends[0])
    inner = min(max(x, ends[0]), ends[1])
    found = whole_power(Interval(np.array([ends[0]]), np.array([ends[1]])), n)
    for v in (*ends, inner):
        assert mpmath.mpf(float(found.low[0])) <= mpmath.mpf(v) ** n <= mpmath.mpf(float(found.high[0]))


def test_zeros_stay_zeros_and_what_underflows_does_not() -> None:
    zero, small = Interval.point([0.0]), Interval.point([1e-200])
    assert (zero * Interval(np.array([-np.inf]), np.array([np.inf]))).high[0] == 0
    assert (zero + zero).high[0] == 0 and (zero / small).high[0] == 0
    assert (small * small).high[0] > 0 and ELEMENTWISE["exp"](Interval.point([-1e4])).high[0] > 0
    assert (small / zero).high[0] == np.inf and outward(np.array([np.nan]), np.array([np.nan])).low[0] == -np.inf


def test_sums_hold_what_rounding_loses() -> None:
    values = np.random.default_rng(0).normal(size=2000) * 10.0 ** np.random.default_rng(1).integers(-8, 8, 2000)
    found = Interval.point(values).total((0,))
    assert mpmath.mpf(float(found.low)) <= mpmath.fsum(map(mpmath.mpf, values)) <= mpmath.mpf(float(found.high))


def flows() -> list[str]:
    models = {e.name: neurodyn.load(e.name) for e in neurodyn.library()}
    plain = {n: m for n, m in models.items() if not (m.discrete or m.names.implicit)}
    return [n for n, m in plain.items() if not any(e.expr.has(Lag) for e in m.equations)]


NO_INTERVAL = {"wiring"}  # sums over edges


QUICK = {"adex", "convolution_memory", "diffusion_vp", "energy_transformer", "hodgkin_huxley", "krotov_hopfield"}
CASES = [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in flows()]


@pytest.mark.parametrize("name", CASES)
def test_a_model_holds_its_values(name: str) -> None:
    system = neurodyn.build(name)
    structure = system.structure
    if system.layout.size > 400:
        pytest.skip("more states than are needed to see it")
    outputs = [Output(n, structure.placed(n, d.letters), d.expr) for n, d in structure.flows.items()]
    program = lower(
        outputs, definitions={n: d for n, d in structure.definitions.items() if n not in structure.derived},
        sizes=system.all_sizes, constant=[*system.values, *system.formulas.edges], on=structure.on,
        states=(*system.layout.names, *structure.by_trial), trials=True,
    )  # fmt: skip
    rng = np.random.default_rng(0)
    y = system.start(trials=3)
    width = 0.05 * (1 + np.abs(y))
    lows, highs = (system.layout.unpack(v) for v in (y - width, y + width))
    box = {n: Interval(lows[n], highs[n]) for n in lows}
    inputs = {n: s.on(0.3, 0.301)(0.3) for n, s in system.signals.items()}
    run = Intervals(program, {n: system.values[n] for n in program.constants if n in system.values})
    try:
        found = run(Interval.point(0.3), {**box, **{n: Interval.point(v) for n, v in inputs.items()}})
    except NoInterval as error:
        assert str(error) in NO_INTERVAL
        return
    flow = system.flow(trials=True)
    for _ in range(10):
        inside = y + width * rng.uniform(-1, 1, y.shape)
        for n, value in system.layout.unpack(flow(0.3, inside, inputs)).items():
            assert (found[n].low <= value).all() and (value <= found[n].high).all()


def test_what_is_added_on_a_diagonal() -> None:
    """Second derivatives of functions of one unit, beside those of all: inside, and no wider than by rounding."""
    text = "L = sum(x[i]**4, i) + sum(x[i], i)**2*sum(x[j], j)\ndx[i]/dt = -x[i]"
    model = neurodyn.Model(text, indices={"N": {"letters": "i j", "size": 3}}, states={"x[i]": 1.0})
    system = neurodyn.build(model)
    found = derived(system.structure, {"L": Definition((), quantity("L"))}, {"x": system.structure.letters("x")})
    row = {"s": Definition(found.outputs["L", "x"].letters, found.outputs["L", "x"].expr)}
    second = derived(system.structure, row, {"x": system.structure.letters("x")})
    program = lower(list(second.outputs.values()), definitions={}, sizes=system.sizes, constant=[], on={},
                    states=["x"], trials=True)  # fmt: skip
    assert any(step.op == "add_diagonal" for step in program.steps.values())
    x = np.array([[0.5, -1.25, 2.0]])
    exact = np.diag(12 * x[0] ** 2) + 6 * x.sum()
    bounds = Intervals(program, {})(Interval.point(0.0), {"x": Interval.point(x)})["ds/dx"]
    assert (bounds.low[0] <= exact).all() and (exact <= bounds.high[0]).all()
    assert (bounds.high - bounds.low).max() < 1e-12
