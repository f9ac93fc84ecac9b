"""Models written out in plain NumPy, to compare with."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

Slots = dict[str, np.ndarray]


def camelot_step(slots: Slots, token: np.ndarray, level: float) -> Slots:
    """What one token makes of the slots: averaged into the one that knows it, or put in place of the oldest."""
    keys, count, age = (slots[name].copy() for name in ("K", "c", "age"))
    cosine = [
        token @ key / (np.linalg.norm(token) * np.linalg.norm(key)) if n else -2
        for key, n in zip(keys, count, strict=True)
    ]
    best = int(np.argmax(cosine))
    empty = np.flatnonzero(count == 0)
    age += 1
    if cosine[best] > level:
        slot = best
        keys[slot] = (count[slot] * keys[slot] + token) / (count[slot] + 1)
        count[slot] += 1
    else:
        slot = int(empty[0]) if empty.size else int(np.argmax(slots["age"]))
        keys[slot], count[slot] = token, 1
    age[slot] = 0
    return {"K": keys, "c": count, "age": age}


def sdm_response(weights: np.ndarray, sample: np.ndarray, gate: float, k: int) -> tuple[float, np.ndarray]:
    """The first loser's activation, and what each neuron answers."""
    positive = np.maximum(sample, 0)
    activation = np.maximum(weights @ (positive / np.linalg.norm(positive)), 0)
    held = float(np.sort(activation)[::-1][k])
    return held, np.maximum(activation - gate * held, 0)


def sdm_loss(state: Mapping[str, np.ndarray], given: Mapping[str, np.ndarray], gate: float, held: float) -> float:
    """The cross-entropy, with the inhibition as it is."""
    positive = np.maximum(given["x"], 0)
    activation = np.maximum(state["W"] @ (positive / np.linalg.norm(positive)), 0)
    evidence = state["V"] @ np.maximum(activation - gate * held, 0)
    return float(np.log(np.exp(evidence).sum()) - given["label"] @ evidence)
