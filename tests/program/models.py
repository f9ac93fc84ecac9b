"""The two models whose programs are counted: continuous Hopfield, dense associative memory."""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from neurodyn.calculus.letters import letter, size_symbol
from neurodyn.calculus.letters import quantity as q
from neurodyn.calculus.reductions import LogSumExp, Softmax, Sum
from neurodyn.calculus.rewrite import Definition
from neurodyn.program.lower import Output, Program, lower

TRUE = sp.S.true
N, K = size_symbol("N"), size_symbol("K")
i, j, k = (letter(s, N) for s in "ijk")
m, n = (letter(s, K) for s in "mn")
x, v, o = (q(s, (at,)) for s, at in (("x", i), ("v", i), ("o", m)))


def total(body: Expr, *letters: sp.Idx) -> Expr:
    return Sum(body, TRUE, letters)


def hopfield(size: int, trials: bool, *, energy: bool = False) -> Program:
    """`tau*dx[i]/dt = -x[i] + sum(W[i,j]*v[j], j) + b[i]`, and its energy."""
    beta, tau, b = q("beta"), q("tau"), q("b", (i,))
    vj = q("v", (j,))
    definitions = {
        "v": Definition((i,), sp.tanh(beta * x)),
        "E": Definition(
            (),
            -total(q("W", (i, j)) * v * vj, i, j) / 2
            - total(b * v, i)
            + total(x * v - sp.log(sp.cosh(beta * x)) / beta, i),
        ),
    }
    outputs = [Output("x", (i,), (-x + total(q("W", (i, j)) * vj, j) + b) / tau)]
    outputs += [Output("E", (), q("E"))] if energy else []
    constant = ("W", "b", "beta", "tau")
    return lower(outputs, definitions=definitions, sizes={"N": size}, constant=constant, states=("x",), trials=trials)


def dense_memory(size: int, memories: int, trials: bool, *, energy: bool = False) -> Program:
    """`dv[i]/dt = sum(xi[m,i]*softmax(beta*o[m], m), m) - v[i]`, and its energy."""
    beta = q("beta")
    definitions = {
        "o": Definition((m,), total(q("xi", (m, i)) * v, i)),
        "p": Definition((m,), Softmax(beta * q("o", (n,)), TRUE, [n], [m])),
    }
    outputs = [Output("v", (i,), total(q("xi", (m, i)) * q("p", (m,)), m) - v)]
    outputs += [Output("E", (), total(v**2, i) / 2 - LogSumExp(beta * o, TRUE, [m]) / beta)] if energy else []
    sizes = {"N": size, "K": memories}
    return lower(outputs, definitions=definitions, sizes=sizes, constant=("xi", "beta"), states=("v",), trials=trials)


def distances(size: int, memories: int, trials: bool) -> Program:
    """Squared distances between a state and the memories."""
    outputs = [Output("out", (m,), total((x - q("xi", (m, i))) ** 2, i))]
    sizes = {"N": size, "K": memories}
    return lower(outputs, definitions={}, sizes=sizes, constant=("xi",), states=("x",), trials=trials)
