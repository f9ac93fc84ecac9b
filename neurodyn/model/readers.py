"""Ways to a `Model` from text: our own, Brian2's and SPICE's."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurodyn.model.model import Model


class Readers:
    """What `Model` can be read from."""

    @classmethod
    def from_text(cls, text: str, *, name: str = "model", file: str | None = None) -> Model:
        """Read a model from TOML text."""
        from neurodyn.model.read import read_text

        return read_text(text, name=name, file=file)

    @classmethod
    def from_brian2(
        cls, equations: Any, *, threshold: str | None = None, reset: str | None = None, refractory: Any = None,
        events: Mapping[str, Any] | None = None, namespace: Mapping[str, Any] | None = None,
        start: Mapping[str, Any] | None = None, size: int | None = None, method: str | None = None, dt: Any = None,
        name: str = "model", **described: Any,
    ) -> Model:  # fmt: skip
        """Read a model that was written for Brian2, which need not be installed. See docs/brian2.md.

        Args:
            equations: Brian2's text, or its `Equations`, or a `NeuronGroup`, which says all else too.
            threshold, reset, refractory, method, dt: as of a `NeuronGroup`.
            events: `{"name": "condition"}` or `{"name": ("condition", "statements")}`.
            namespace: numbers and quantities that the text speaks of.
            start: first values of states and values of parameters: numbers, quantities, Brian2's text; else 0.
            size: how many units there are; without it a single one, whose quantities have no index.
            **described: summary, references, theme and bench of the model.

        Raises:
            InputError: for what cannot be read, or has no meaning here, with line, caret and remedy.
        """
        from neurodyn.model.brian2.importing import imported
        from neurodyn.model.brian2.objects import given_as

        said = dict(threshold=threshold, reset=reset, refractory=refractory, events=events, namespace=namespace)
        return imported(
            given_as(equations, **said, start=start, size=size, method=method, dt=dt), name=name, **described
        )

    @classmethod
    def from_spice(cls, netlist: str | PathLike[str], **described: Any) -> Model:
        """Read a netlist of SPICE as a circuit. See docs/circuits.md.

        Args:
            netlist: its text, of several lines, or the path of a file.
            **described: name, summary, references and theme of the model.

        Raises:
            InputError: for what cannot be read, or would change the result, with line, caret and remedy.
        """
        from neurodyn.model.spice.importing import read_netlist, read_netlist_file

        if isinstance(netlist, str) and "\n" in netlist:
            return read_netlist(netlist, **described)
        return read_netlist_file(Path(netlist), **described)
