"""Functions of whole matrices and recursions: spelt so that they read back, and typeset."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.language.spell import spell
from neurodyn.model.methods import equation_latex
from tests.program.reference import evaluate_array

HEAD = """
[indices]
N = { letters = "i j k", size = 4 }
P = { letters = "m n", size = 3 }
H = { letters = "h", size = 3 }
L = { letters = "l", size = 5, ends = "zero" }

[states]
x = 0

[parameters]
"A[i,j]" = "normal(0, 1)"
"V[i,m]" = "normal(0, 1)"
"S[m,i,j]" = "normal(0, 1)"
"""
TEXTS = [
    "q[i,j] = inv(A[i,j] + where(i == j, 2, 0), i, j)",
    "q[j,i] = pinv(A[i,j], i, j)/2",
    "q[i,h] = basis(V[i,m], i, m, h)",
    "q[m,i] = sum(inv(S[m,i,j], i, j)*A[j,j], j)",
    "q[i] = sum(invsqrt(sum(S[m,i,k]*A[j,k], k, m), i, j)**2, j)",
    "q[l] = where(l == 0, 1, q[l-1]*2)",
    "q[l,m] = sum(q[l-1,n]*V[0,n], n) + l",
]


def model_of(text: str) -> neurodyn.Model:
    return neurodyn.Model.from_text(f'equations = """\ndx/dt = -x\n{text}\n"""\n{HEAD}')


@pytest.mark.parametrize("text", TEXTS)
def test_round_trip(text: str) -> None:
    model = model_of(text)
    definition = model.definitions["q"]
    scope = [str(x.label) for x in definition.letters]
    letters = {s.name: s.letters for s in model.indices.values()}
    again = f"q[{','.join(scope)}] = {spell(definition.expr, letters, scope)}"
    assert model_of(again).definitions["q"].expr == definition.expr, again
    assert neurodyn.Model.from_text(model.to_toml()) == model


@pytest.mark.parametrize("text", [t for t in TEXTS if "basis" not in t and "invsqrt" not in t])
def test_meaning(text: str) -> None:
    """Values at build equal the entries one by one; a recursion asks for what is before it."""
    system = neurodyn.build(model_of(text), seed=4)
    definition = system.model.definitions["q"]
    found = evaluate_array(definition.expr, definition.letters, system.values, system.sizes, system.model.definitions)[
        0
    ]
    np.testing.assert_allclose(system.values["q"], found, rtol=1e-9, atol=1e-12)


def test_latex() -> None:
    shown = [equation_latex(model_of(text))[1] for text in TEXTS[1:4]]
    assert shown[0] == r"q_{ji} = \frac{\left[A_{ij}\right]^{+}_{ij}}{2}"
    assert shown[1] == r"q_{ih} = \mathrm{basis}\left(V_{im}, i, m, h\right)"
    assert shown[2] == r"q_{mi} = \sum_{j} \left[S_{mij}\right]^{-1}_{ij}\,A_{jj}"


def test_units_of_a_function_of_a_matrix() -> None:
    """The inverse of resistances is a conductance; a recursion has the unit of what it starts from."""
    model = neurodyn.Model(
        """
        C*dv[i]/dt = -sum(G[i,j]*v[j], j) + q[2]*G[i,i]
        G[i,j]     = inv(R[i,j], i, j)
        q[k]       = where(k == 0, 3[mV], q[k-1]/2)
        """,
        indices={"N": {"letters": "i j", "size": 2}, "L": {"letters": "k", "size": 3, "ends": "zero"}},
        states={"v[i]": {"start": "1 mV"}},
        parameters={"R[i,j]": {"value": "where(i == j, 2[kohm], 1[kohm])"}, "C": "1 uF"},
    )
    system = neurodyn.build(model)
    assert system.units.of("G").si == "S" or str(system.units.of("G")) == "1/kohm"
    assert float(system.values["q"][2]) == pytest.approx(0.75e-3)
    broken = model.to_toml().replace("q[2]*G", "q[2]*R")
    with pytest.raises(neurodyn.InputError, match=r"left side|added|subtracted"):
        neurodyn.build(neurodyn.Model.from_text(broken))
