"""Evaluates scalar graphs with NumPy, node by node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from scipy import special

from neurodyn.program import runtime
from neurodyn.program.program import Program
from neurodyn.program.scalar_graph import Graph
from neurodyn.program.scalar_setup import Setup
from neurodyn.program.scalars import Leaf, unrolled
from neurodyn.program.spellings import BY_OP

MOST = 20_000


def evaluated(graph: Graph, wanted: Iterable[int], leaves: Mapping[str, Any]) -> dict[int, Any]:
    """The values of nodes, given those of the leaves of each kind."""
    found: dict[int, Any] = {}
    for k in graph.live(wanted):
        node = graph.nodes[k]
        own = [found[a] for a in node.args]
        if node.op == "number":
            found[k] = np.float64(float.fromhex(str(node.data)))
        elif node.op == "time":
            found[k] = np.float64(leaves["time"])
        elif node.op in ("state", "input"):
            found[k] = leaves[node.op][node.data]
        elif node.op in ("parameter", "lane"):
            place, inverted = node.data
            found[k] = 1 / leaves[node.op][place] if inverted else leaves[node.op][place]
        elif node.op == "select":
            found[k] = own[1] if own[0] else own[2]
        elif node.op == "as_number":
            found[k] = np.float64(own[0])
        else:
            after = [float(a) for a in BY_OP[node.op].after]
            names = {"np": np, "special": special, "runtime": runtime}
            found[k] = eval(BY_OP[node.op].numpy, names)(*own, *after)
    return found


def run_unrolled(
    program: Program, constants: Mapping[str, Any], variables: Mapping[str, Any], t: float
) -> dict[str, Any]:
    """The outputs of a program by way of its scalar graph; wirings stand among the constants."""
    with np.errstate(all="ignore"):
        setup = Setup.of(program)(constants)
        places, flat = {}, [np.empty(0)]
        for name in program.variables:
            value = np.asarray(variables[name], dtype=float)
            places[name] = Leaf("state", sum(map(len, flat)), value.shape)
            flat.append(value.ravel())
        made = unrolled(program, setup, places, constants, MOST)
        leaves = {"state": np.concatenate(flat), "parameter": made.parameters(setup), "time": t}
        values = evaluated(made.graph, [k for v in made.outputs.values() for k in v.ravel().tolist()], leaves)
        return {name: np.vectorize(values.get, otypes=[float])(nodes) for name, nodes in made.outputs.items()}
