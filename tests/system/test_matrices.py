"""Functions of whole matrices: what defines them, what is told of them, and sizes that are a rank."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn

INDICES = {"N": {"letters": "i j k", "size": 5}, "P": {"letters": "m n", "size": 3}, "R": {"letters": "r", "size": 2}}
RNG = np.random.default_rng(0)
A = RNG.standard_normal((5, 5))
V = RNG.standard_normal((5, 3))
LOW = V @ RNG.standard_normal((3, 5))


def system(equations: str, **values: np.ndarray) -> neurodyn.System:
    letters = {"A": "i,j", "V": "i,m", "S": "r,i,j", "B": "i,n"}
    model = neurodyn.Model(
        f"dx/dt = -x\n{equations}",
        indices={**INDICES, "H": {"letters": "h", "size": "rank(V[i,m], i, m)"}},
        states={"x": 1.0},
        parameters={f"{n}[{s}]": "normal(0, 1)" for n, s in letters.items()},
    )
    return neurodyn.build(model, **values)


def test_the_inverse_undoes_the_matrix() -> None:
    found = system("B2[i,j] = inv(A[i,j], i, j)\nC[i,j] = sum(A[i,k]*B2[k,j], k)", A=A).values
    np.testing.assert_allclose(found["C"], np.eye(5), atol=1e-12)
    np.testing.assert_allclose(A @ found["B2"], np.eye(5), atol=1e-12)


def test_rows_are_the_first_letter() -> None:
    """The inverse of a transposed matrix is the transposed inverse, and entries may be summed over."""
    found = system("T[i,j] = inv(A[j,i], i, j)\ny[i] = sum(inv(A[i,j], i, j)*A[j,0], j)", A=A).values
    np.testing.assert_allclose(found["T"] @ A.T, np.eye(5), atol=1e-12)
    np.testing.assert_allclose(found["y"], np.eye(5)[0], atol=1e-12)


def test_penrose_conditions() -> None:
    found = system("G[i,j] = pinv(A[i,j], i, j)", A=LOW).values["G"]
    np.testing.assert_allclose(LOW @ found @ LOW, LOW, atol=1e-10)
    np.testing.assert_allclose(found @ LOW @ found, found, atol=1e-10)
    np.testing.assert_allclose(LOW @ found, (LOW @ found).T, atol=1e-10)
    np.testing.assert_allclose(found @ LOW, (found @ LOW).T, atol=1e-10)


def test_the_square_of_the_inverse_root_is_the_inverse() -> None:
    matrix = A @ A.T + np.eye(5)
    root = system("R2[i,j] = invsqrt(A[i,j], i, j)", A=matrix).values["R2"]
    np.testing.assert_allclose(root @ root @ matrix, np.eye(5), atol=1e-10)
    np.testing.assert_allclose(root, root.T, atol=1e-12)


def test_a_basis_spans_the_columns() -> None:
    dependent = np.column_stack([V[:, 0], V[:, 1], V[:, 0] - 2 * V[:, 1]])
    made = system("Q[i,h] = basis(V[i,m], i, m, h)", V=dependent)
    found = made.values["Q"]
    assert found.shape == (5, 2) and made.sizes["H"] == 2
    np.testing.assert_allclose(found.T @ found, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(found @ found.T @ dependent, dependent, atol=1e-12)
    assert (np.take_along_axis(found, np.abs(found).argmax(0)[None], 0) > 0).all()


def test_a_matrix_for_each_member_of_a_set() -> None:
    several = RNG.standard_normal((2, 5, 5))
    found = system("B2[r,i,j] = inv(S[r,i,j], i, j)\ny[i] = sum(inv(S[r,i,j], i, j)*A[j,j], r, j)", S=several, A=A)
    for matrix, inverse in zip(several, found.values["B2"], strict=True):
        np.testing.assert_allclose(matrix @ inverse, np.eye(5), atol=1e-11)
    by_hand = sum(np.linalg.inv(matrix) @ np.diag(A) for matrix in several)
    np.testing.assert_allclose(found.values["y"], by_hand, rtol=1e-10)


def test_rank_and_condition_are_told() -> None:
    diagonal = np.diag([4.0, 2.0, 1.0, 0.5, 0.25])
    last = "where(i == 4 and j == 4, A[4,4], 0)"
    made = system(f"B2[i,j] = inv(A[i,j], i, j)\nG[i,j] = pinv(A[i,j] - {last}, i, j)", A=diagonal)
    assert made.notes["B2"][0].startswith("inv of a 5 x 5 matrix, rank 5 (singular values above 4.44e-15)")
    assert made.notes["B2"][0].endswith("condition number 16")
    assert "rank 4" in made.notes["G"][0] and "infinite" in made.notes["G"][0]
    assert made.notes["H"][0].startswith("rank of a 5 x 3 matrix, rank 3")
    again = made.with_values(A=2 * diagonal)
    assert again.notes["B2"][0].endswith("condition number 16") and again.notes["H"] == made.notes["H"]
    result = neurodyn.simulate(made, until=1.0)
    assert f"B2: {made.notes['B2'][0]}" in result.summary()


def test_sizes_follow_a_rank() -> None:
    model = neurodyn.Model(
        "dx[h]/dt = -x[h]",
        indices={**INDICES, "W": {"letters": "w", "size": "2*H"}, "H": {"letters": "h", "size": "rank(V[i,m], i, m)"}},
        states={"x[h]": 1.0},
        parameters={"V[i,m]": V.tolist()},
    )
    made = neurodyn.build(model)
    assert made.sizes["H"] == 3 and made.sizes["W"] == 6 and made.layout.size == 3
    assert neurodyn.Model.from_text(model.to_toml()) == model


def test_a_singular_matrix_given_later_is_refused() -> None:
    made = system("B2[i,j] = inv(A[i,j], i, j)", A=A)
    with pytest.raises(neurodyn.InputError, match=r"full rank.*rank 3"):
        made.with_values(A=LOW)
