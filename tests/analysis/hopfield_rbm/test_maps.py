"""From patterns to weights and back: identities, certificates against all vectors of signs, and what is told."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn import analysis
from tests.analysis.hopfield_rbm.cases import canonical, patterns, rotation, signs_in_span


def test_the_page() -> None:
    """What docs/hopfield_rbm.md shows is as it says there."""
    page = Path("docs/hopfield_rbm.md").read_text(encoding="utf-8")
    space: dict[str, Any] = {}
    exec(compile(re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0], "hopfield_rbm.md", "exec"), space)
    assert space["same"].verdict == space["network"].verdict == "verified" and space["network"].exists
    h = space["samples"]
    second = np.einsum("tkm,tkn->mn", h, h) / (h.shape[0] * h.shape[1])
    np.testing.assert_allclose(second, space["same"].machine.hidden_second, atol=0.15)


class TestForward:
    def test_the_projection_rule(self) -> None:
        xi = patterns(10, 3)
        found = analysis.rbm_of_patterns(xi)
        j = found.couplings
        np.testing.assert_allclose(found.weights.T @ found.weights, np.eye(3), atol=1e-12)
        np.testing.assert_allclose(j, xi @ np.linalg.inv(xi.T @ xi) @ xi.T, atol=1e-12)
        np.testing.assert_allclose(j @ j, j, atol=1e-12)
        np.testing.assert_allclose(j @ xi, xi, atol=1e-12)
        assert np.trace(j) == pytest.approx(3, abs=1e-12)
        assert found.known.condition == pytest.approx(np.linalg.cond(xi)) and not found.near

    def test_round_trip(self) -> None:
        found = analysis.rbm_of_patterns(patterns(12, 4))
        np.testing.assert_array_equal(np.round(found.weights @ found.mixing), found.patterns)
        assert found.error < 1e-12

    def test_dependent_patterns(self) -> None:
        """A triangular factorisation without pivots makes a wrong projector of them."""
        xi = patterns(10, 5)
        xi[:, 1], xi[:, 3] = xi[:, 0], -xi[:, 2]
        found = analysis.rbm_of_patterns(xi)
        exact = xi @ np.linalg.pinv(xi)
        assert found.weights.shape == (10, 3) and found.known.rank == 3
        np.testing.assert_allclose(found.couplings, exact, atol=1e-12)
        np.testing.assert_allclose(found.weights @ found.mixing, xi, atol=1e-12)
        assert {(p.first, p.second, p.overlap) for p in found.near} == {(0, 1, 1.0), (2, 3, -1.0)}
        assert "2 of the patterns depend on the others" in str(found) and "2 and 3 overlap by -1 (opposite)" in str(
            found
        )
        q = np.linalg.qr(xi)[0]
        assert np.abs(q @ q.T - exact).max() > 0.1
        sizes = np.linalg.svd(xi)[1]
        assert found.condition == pytest.approx(sizes[0] / sizes[2]) and f"{found.condition:.3g} within" in str(found)
        json.dumps(found.to_json(), allow_nan=False)

    def test_near_duplicates(self) -> None:
        xi = patterns(100, 3)
        xi[:, 2] = xi[:, 0]
        xi[7, 2] *= -1
        found = analysis.rbm_of_patterns(xi)
        assert [(p.first, p.second) for p in found.near] == [(0, 2)] and found.near[0].overlap == pytest.approx(0.98)
        # Two unit vectors with the overlap r have singular values sqrt(1 + r) and sqrt(1 - r).
        assert analysis.rbm_of_patterns(xi[:, [0, 2]]).known.condition == pytest.approx(math.sqrt(1.98 / 0.02))
        np.testing.assert_allclose(found.couplings @ xi, xi, atol=1e-11)

    def test_constant_units_do_no_harm(self) -> None:
        xi = patterns(10, 3)
        xi[4] = 1
        found = analysis.rbm_of_patterns(xi)
        assert analysis.same_distribution(found.weights, beta=2.0).difference < 1e-12
        np.testing.assert_allclose(found.couplings @ xi, xi, atol=1e-12)

    @pytest.mark.parametrize("count", [3, 6, 11])
    def test_hebbs_rule_for_any_number_of_patterns(self, count: int) -> None:
        xi = patterns(6, count)
        found = analysis.rbm_of_patterns(xi, rule="hebb")
        np.testing.assert_allclose(found.couplings, xi @ xi.T / 6, atol=1e-14)
        assert analysis.same_distribution(found.weights, beta=1.2, couplings=xi @ xi.T / 6).difference < 1e-12

    @pytest.mark.parametrize("count", [6, 9])
    def test_as_many_patterns_as_units_store_nothing(self, count: int) -> None:
        xi = np.column_stack([1 - 2 * np.eye(6), patterns(6, count - 6)])
        found = analysis.rbm_of_patterns(xi)
        np.testing.assert_allclose(found.couplings, np.eye(6), atol=1e-12)
        assert "stores nothing" in str(found) and f"{count} patterns of 6 units" in str(found)
        same = analysis.same_distribution(found.weights, beta=2.0)
        np.testing.assert_allclose(same.machine.probabilities, 1 / 64, rtol=1e-12)

    def test_the_models_take_its_weights(self) -> None:
        xi = patterns(10, 4)
        xi[:, 3] = xi[:, 1]
        found = analysis.rbm_of_patterns(xi, field=0.3)
        np.testing.assert_array_equal(neurodyn.build("hopfield_rbm_basis", xi=xi).values["Q"], found.weights)
        system = neurodyn.build("hopfield_rbm_gibbs", Q=found.weights, b=found.bias)
        assert system.sizes == {"N": 10, "p": 3} and system.values["b"].tolist() == [0.3] * 10


class TestReverse:
    @pytest.mark.parametrize("units, count", [(10, 1), (10, 3), (12, 5), (60, 12)])
    def test_the_way_back(self, units: int, count: int) -> None:
        xi = patterns(units, count)
        w = analysis.rbm_of_patterns(xi).weights @ rotation(count)
        found = analysis.patterns_of_rbm(w)
        assert found.verdict == "verified" and found.exists and found.rule in ("projection", "both")
        assert found.complete and (count == 1 or found.tried == 2 ** (count - 1))
        assert found.error < 1e-10 and found.stretch < 1e-12 and found.distances.max() < 1e-12
        json.dumps(found.to_json(), allow_nan=False)
        np.testing.assert_allclose(w @ found.mixing, found.patterns, atol=1e-12)
        assert canonical(xi) <= canonical(np.column_stack([found.patterns, found.others]))
        assert found.others.size or canonical(xi) == canonical(found.patterns)

    @pytest.mark.parametrize("seed", range(6))
    @pytest.mark.parametrize("count", [3, 5])
    def test_all_vectors_of_signs_are_found(self, count: int, seed: int) -> None:
        """Nine units: every vector of signs is tried one by one. Close patterns have many others in their span."""
        xi = patterns(9, count, seed, flips=0.3)
        basis = analysis.rbm_of_patterns(xi).weights
        found = analysis.patterns_of_rbm(basis)
        all_ = signs_in_span(basis)
        assert found.count == len(all_)
        assert canonical(np.column_stack([found.patterns, found.others])) == all_

    def test_ambiguity_is_told_and_can_be_taken_away(self) -> None:
        """Where two patterns agree, a third one is the same in each of the two: a + b - c is a vector of signs too."""
        a = patterns(12, 1)[:, 0]
        b, c = a.copy(), a.copy()
        b[:3] *= -1
        c[6:9] *= -1
        xi = np.stack([a, b, c], axis=1)
        w = analysis.rbm_of_patterns(xi).weights
        found = analysis.patterns_of_rbm(w)
        assert found.count == 4 and canonical((b + c - a)[:, None]) <= canonical(
            np.column_stack([found.patterns, found.others])
        )
        assert "1 other vectors of +1 and -1 lie in the span" in str(found)
        for some in (xi, np.stack([b, c, b + c - a], axis=1)):
            again = analysis.patterns_of_rbm(w, near=some)
            assert canonical(again.patterns) == canonical(some) and again.error < 1e-10

    def test_that_there_is_none_is_a_certificate(self) -> None:
        w = np.linalg.qr(np.random.default_rng(0).normal(size=(10, 4)))[0]
        assert not signs_in_span(w, tolerance=1e-3)
        found = analysis.patterns_of_rbm(w)
        assert not found.exists and found.complete and found.exact == found.count == 0
        assert found.verdict == "verified" and found.claim.startswith("no invertible X")
        assert found.rule == "neither" and found.distances.min() > 1e-3 and found.error > 0.1
        json.dumps(found.to_json(), allow_nan=False)

    def test_too_few_are_told_with_how_many_there_are(self) -> None:
        xi = patterns(20, 2)
        w = np.linalg.qr(np.column_stack([xi, np.random.default_rng(1).normal(size=20)]))[0]
        found = analysis.patterns_of_rbm(w)
        assert found.exact == found.count == 2 and found.patterns.shape == (20, 3) and not found.exists
        assert canonical(xi) <= canonical(found.patterns)
        assert "2 of them independent, where 3 are needed" in str(found)

    def test_trained_weights_have_patterns_close_by(self) -> None:
        """A small change of the weights leaves no exact patterns, but the old ones are the closest."""
        xi = patterns(40, 3)
        w = analysis.rbm_of_patterns(xi).weights
        w = w + 1e-3 * np.random.default_rng(2).normal(size=w.shape)
        found = analysis.patterns_of_rbm(w)
        assert not found.exists and canonical(found.patterns) == canonical(xi)
        assert found.distances.max() < 0.01 and found.error < 0.05
        left, _, right = np.linalg.svd(w, full_matrices=False)
        np.testing.assert_allclose(found.basis, left @ right, atol=1e-12)
        assert found.stretch == pytest.approx(np.linalg.norm(w - left @ right, 2), rel=1e-9)
        assert "distance of W from its polar factor" in str(found)
        assert analysis.patterns_of_rbm(w, tolerance=0.01).exists

    def test_weights_that_are_not_orthonormal_keep_their_patterns(self) -> None:
        """J = xi C xi' with C = X^-1 (X^-1)': a network of the patterns, of neither rule."""
        xi = patterns(30, 3)
        w = xi @ np.array([[0.5, 0.1, 0.0], [0.0, 0.4, 0.1], [0.2, 0.0, 0.3]])
        found = analysis.patterns_of_rbm(w)
        assert found.exists and found.rule == "neither" and canonical(found.patterns) == canonical(xi)
        c = np.linalg.inv(found.mixing)
        np.testing.assert_allclose(found.patterns @ c @ c.T @ found.patterns.T, w @ w.T, atol=1e-12)
        assert "of neither rule" in str(found)

    def test_columns_that_depend_on_each_other(self) -> None:
        xi = patterns(30, 3)
        w = analysis.rbm_of_patterns(xi).weights @ rotation(5)[:, :3].T
        found = analysis.patterns_of_rbm(w)
        assert found.basis.shape == (30, 3) and found.exists and canonical(found.patterns) == canonical(xi)
        assert found.rule == "projection"

    @pytest.mark.parametrize("count", [4, 10, 13])
    def test_hebbs_rule_in_any_number(self, count: int) -> None:
        xi = patterns(10, count)
        found = analysis.patterns_of_rbm(xi / np.sqrt(10))
        assert found.exists and found.verdict == "verified" and found.rule == "hebb"
        assert canonical(found.patterns) == canonical(xi)

    def test_hebbs_rule_in_turned_weights(self) -> None:
        xi = patterns(30, 4)
        found = analysis.patterns_of_rbm(xi / np.sqrt(30) @ rotation(4))
        assert found.rule == "hebb" and canonical(found.patterns) == canonical(xi)

    def test_orthogonal_patterns_obey_both_rules(self) -> None:
        xi = np.array([[1, 1], [1, -1], [1, 1], [1, -1]], dtype=float)
        assert analysis.patterns_of_rbm(xi / 2).rule == "both"
        assert analysis.patterns_of_rbm(xi / 2 @ rotation(2)).rule == "both"

    def test_fields_come_along(self) -> None:
        w = analysis.rbm_of_patterns(patterns(10, 3)).weights
        found = analysis.patterns_of_rbm(w, bias=0.2, offset=[1.0, 2.0, 3.0])
        np.testing.assert_allclose(found.field, 0.2 + w @ [1, 2, 3])

    @pytest.mark.parametrize("flips", [0.5, 0.15])
    def test_many_patterns_are_searched(self, flips: float) -> None:
        """Thirty dimensions are too many for all candidates; what is found is exact nevertheless."""
        xi = patterns(784, 30, flips=flips)
        found = analysis.patterns_of_rbm(analysis.rbm_of_patterns(xi).weights)
        assert found.exists and not found.complete and canonical(found.patterns) == canonical(xi)
        assert "200 descents" in str(found)

    def test_a_search_that_finds_nothing_says_no_more(self) -> None:
        w = np.linalg.qr(np.random.default_rng(0).normal(size=(60, 25)))[0]
        found = analysis.patterns_of_rbm(w, starts=20)
        assert not found.exists and found.verdict == "searched" and "others may lie in the span" in str(found)

    def test_patterns_given_as_near_are_found(self) -> None:
        """A hundred correlated patterns, which the descents alone do not meet."""
        xi = patterns(300, 100, flips=0.2)
        w = analysis.rbm_of_patterns(xi).weights
        found = analysis.patterns_of_rbm(w, near=xi, starts=4)
        assert found.exists and canonical(found.patterns) == canonical(xi)

    def test_blocks_of_units_make_more_vectors_than_are_kept(self) -> None:
        """Units in 14 groups that are free of each other: 2**13 vectors up to their sign, and all are counted."""
        w = np.repeat(np.eye(14), 2, axis=0) / np.sqrt(2)
        found = analysis.patterns_of_rbm(w)
        assert found.count == 2**13 and found.exists and found.error < 1e-10
        assert found.others.shape[1] < 2**13
