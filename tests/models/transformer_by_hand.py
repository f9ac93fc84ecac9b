"""The Energy Transformer block in plain NumPy, written for speed: few passes, and no array that is not needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

EPSILON = 1e-5


@dataclass(frozen=True)
class Block:
    """The weights. With `own`, a token attends to itself too; with `softmax`, the memory is log-sum-exp, not relu."""

    WK: np.ndarray
    WQ: np.ndarray
    xi: np.ndarray
    beta: float
    gamma: float = 1.0
    delta: np.ndarray | float = 0.0
    beta_m: float = 1.0
    own: bool = False
    softmax: bool = False

    @classmethod
    def of(cls, values: Mapping[str, np.ndarray], own: bool = False) -> Block:
        """The weights of a system's values."""
        numbers = {n: float(values[n]) for n in ("beta", "gamma", "beta_m") if n in values}
        weights = {n: values[n] for n in ("WK", "WQ", "xi", "delta")}
        return cls(**weights, **numbers, own=own, softmax="beta_m" in values)

    def activation(self, x: np.ndarray) -> np.ndarray:
        """Each token less its mean, over its deviation."""
        g = x - x.mean(axis=-1, keepdims=True)
        g *= (self.gamma / np.sqrt(np.einsum("ta,ta->t", g, g) / g.shape[-1] + EPSILON))[:, None]
        g += self.delta
        return g

    def energy_and_gradient(self, g: np.ndarray) -> tuple[float, np.ndarray]:
        """E(g), and dE/dg."""
        energy, gradient = self._memory(g)
        more, attention = self._attention(g)
        attention -= gradient
        return energy + more, attention

    def _memory(self, g: np.ndarray) -> tuple[float, np.ndarray]:
        """The energy, and minus its gradient."""
        h = g @ self.xi.T
        if self.softmax:
            h *= self.beta_m
            top = h.max(axis=-1, keepdims=True)
            h -= top
            np.exp(h, out=h)
            total = h.sum(axis=-1, keepdims=True)
            gradient = h @ self.xi
            gradient /= total
            return -float((np.log(total) + top).sum()) / self.beta_m, gradient
        np.maximum(h, 0.0, out=h)
        return -0.5 * float(np.einsum("tm,tm->", h, h)), h @ self.xi

    def _attention(self, g: np.ndarray) -> tuple[float, np.ndarray]:
        """The energy, and its gradient."""
        heads, length, size = self.WK.shape
        key_weights, query_weights = self.WK.reshape(-1, size), self.WQ.reshape(-1, size)
        key = (key_weights @ g.T).reshape(heads, length, -1)
        query = (query_weights @ g.T).reshape(heads, length, -1)
        p = query.transpose(0, 2, 1) @ key  # by query, then key
        p *= self.beta
        if not self.own:
            np.einsum("htt->ht", p)[...] = -np.inf
        top = p.max(axis=-1)
        p -= top[..., None]
        np.exp(p, out=p)
        total = p.sum(axis=-1)
        p /= total[..., None]
        by_query = key @ p.transpose(0, 2, 1)
        by_key = query @ p
        del key, query, p
        gradient = by_query.reshape(heads * length, -1).T @ query_weights
        gradient += by_key.reshape(heads * length, -1).T @ key_weights
        np.negative(gradient, out=gradient)
        return -float((np.log(total) + top).sum()) / self.beta, gradient
