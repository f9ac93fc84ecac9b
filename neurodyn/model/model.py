"""`Model`: a dynamical system as declared, nothing computed yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr

from neurodyn.calculus.rewrite import Definition
from neurodyn.language.names import Names
from neurodyn.language.source import Source
from neurodyn.model.assemble import assemble
from neurodyn.model.bench import read_bench
from neurodyn.model.declarations import Declaration, Locate
from neurodyn.model.equations import Equation
from neurodyn.model.event_rules import Rule
from neurodyn.model.events import Event
from neurodyn.model.index_sets import IndexSet, read_index_sets
from neurodyn.model.layers import ENERGY, Layer, Synapse
from neurodyn.model.parts import Part
from neurodyn.model.readers import Readers
from neurodyn.model.sections import as_text, check_sections
from neurodyn.model.themes import check_theme

FORMAT = 1


@dataclass(frozen=True, init=False, repr=False)
class Model(Readers):
    """A system of ordinary differential equations, or a map, in index notation, declared once.

    Args:
        equations: one statement per line (a string), or a sequence of statements; an item may also be a pair of a left
            side and a SymPy expression.
        name, summary, references: what it is called, one line about it, where it comes from.
        theme: where the library lists it, one of `neurodyn.model.themes.THEMES`.
        indices: index sets, `{"N": {"letters": "i j", "size": 64}}`.
        states, unknowns, parameters, inputs, noise, observables: `{"W[i,j]": {"value": ..., "given": ...}}`; a bare
            value stands for the first field (`start` for states, `guess` for unknowns, `kind` for noise).
        events: `{"spike[i]": {"when": "v[i] > 1", "set": "v[i] = 0"}}`.
        layers, synapses: `{"x[i]": {"activation": "g[i]", "lagrangian": "tanh"}}` and `{"memory": "-sum(...)"}`.
        parts: `{"first": {"model": "habituation", "alpha": 0.2}}`: models whose names, `first.x`, are among those
            of this one; a definition of a part's input is a wire.
        pins: `{"p": {}}`: what makes the model a device, a part of circuits that name the node of each pin.
        update: `asynchronous` for a map that updates one unit after the other.
        energy: the name of the definition that is the energy; of a model with layers, `E` unless said otherwise.
        claims: statements that the model makes about itself, such as `dE/dt <= 0`.
        bench: how `run` runs it: `until` or `steps`, `record`, `seed`, ...; `locate` finds entries in the file.

    Equality compares what is declared, without file and line.

    Raises:
        InputError: naming the rule that is broken, the place and the remedy.
    """

    name: str
    summary: str
    references: tuple[str, ...]
    theme: str
    text: str
    update: str | None
    energy: str | None
    claims: tuple[str, ...]
    indices: Mapping[str, IndexSet]
    states: Mapping[str, Declaration]
    unknowns: Mapping[str, Declaration]
    parameters: Mapping[str, Declaration]
    inputs: Mapping[str, Declaration]
    noise: Mapping[str, Declaration]
    observables: Mapping[str, Declaration]
    events: Mapping[str, Event]
    layers: Mapping[str, Layer]
    synapses: Mapping[str, Synapse]
    parts: Mapping[str, Part]
    pins: Mapping[str, Declaration]
    potentials: Mapping[str, Declaration]
    wires: Mapping[str, Declaration]
    bench: Mapping[str, Any]
    equations: tuple[Equation, ...] = field(compare=False)
    rules: Mapping[str, Rule] = field(compare=False)
    names: Names = field(compare=False)
    locate: Locate = field(compare=False)

    def __init__(
        self,
        equations: str | Sequence[str | tuple[str, Expr]] = "",
        *,
        name: str = "model",
        summary: str = "",
        references: Sequence[str] = (),
        theme: str = "",
        indices: Mapping[str, Any] | None = None,
        states: Mapping[str, Any] | None = None,
        unknowns: Mapping[str, Any] | None = None,
        parameters: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        noise: Mapping[str, Any] | None = None,
        observables: Mapping[str, Any] | None = None,
        events: Mapping[str, Any] | None = None,
        layers: Mapping[str, Any] | None = None,
        synapses: Mapping[str, Any] | None = None,
        parts: Mapping[str, Any] | None = None,
        pins: Mapping[str, Any] | None = None,
        update: str | None = None,
        energy: str | None = None,
        claims: Sequence[str] = (),
        bench: Mapping[str, Any] | None = None,
        locate: Locate | None = None,
    ) -> None:
        locate = locate or Locate()
        check_theme(theme, locate("", "theme").place(0))
        sections = dict(states=states, parameters=parameters, inputs=inputs, noise=noise, observables=observables)
        sections |= {"unknowns": unknowns, "parts": parts, "pins": pins, "events": events}
        sections |= {"layers": layers, "synapses": synapses}
        check_sections({"indices": indices, "bench": bench, **sections})
        sets = read_index_sets(indices or {}, locate)
        text = as_text(equations)
        declared, names, parsed = assemble(text, sets, {s: e or {} for s, e in sections.items()}, locate)
        told: dict[str, Any] = dict(name=name, summary=summary, references=tuple(references), theme=theme, text=text)
        told |= {"energy": energy or (ENERGY if layers else None), "claims": tuple(claims), "update": update}
        told |= {"indices": sets, **declared, "bench": read_bench(bench or {}, locate)}
        _fill(self, {**told, "equations": parsed, "names": names, "locate": locate})

    def to_toml(self, *, expand: bool = False) -> str:
        """The model as TOML text; reading it gives an equal model.

        Args:
            expand: spell out what layers and parts stand for, so that the text needs no other file.
        """
        from neurodyn.model.write import write_text

        return write_text(self, expand)

    @property
    def file(self) -> str | None:
        """The file that was read, if any."""
        return self.locate.file

    @property
    def definitions(self) -> dict[str, Definition]:
        """What each defined name stands for."""
        return {e.name: Definition(e.letters, e.expr) for e in self.equations if e.kind == "definition"}

    @property
    def flows(self) -> dict[str, Equation]:
        """The flow of each state that has one."""
        return {e.name: e for e in self.equations if e.kind == "flow"}

    @property
    def maps(self) -> dict[str, Equation]:
        """The map of each state that has one."""
        return {e.name: e for e in self.equations if e.kind == "map"}

    @property
    def constraints(self) -> tuple[Equation, ...]:
        """The equations `0 = ...`, node laws among them."""
        return tuple(e for e in self.equations if e.kind == "constraint")

    @property
    def variables(self) -> dict[str, Declaration]:
        """What a run solves for: the states, then the unknowns."""
        return {**self.states, **self.unknowns}

    @property
    def discrete(self) -> bool:
        """Whether time goes in steps: the model is a map."""
        return self.names.discrete

    def declaration(self, name: str) -> Declaration | None:
        """The declaration of a state, unknown, parameter, input, noise, or potential of a pin."""
        for section in (self.states, self.unknowns, self.parameters, self.inputs, self.noise, self.potentials):
            if name in section:
                return section[name]
        return None

    def equation(self, name: str) -> Equation | None:
        """The definition, flow or map of a name."""
        return next((e for e in self.equations if e.name == name and e.kind != "function"), None)

    def about(self, name: str) -> str:
        """What was said of a name: its description, or the remark behind its equation."""
        said = (self.variables, self.parameters, self.inputs, self.wires, self.noise, self.observables, self.events)
        for section in said:
            if name in section and section[name].about:
                return str(section[name].about)
        equation = self.equation(name)
        return equation.comment if equation is not None and equation.kind == "definition" else ""

    def source_of(self, name: str) -> Source:
        """Where a name is declared or defined."""
        found = self.equation(name) or self.declaration(name) or self.events.get(name)
        return found.source if found else Source(name, file=self.file)

    def __repr__(self) -> str:
        return f"<Model {self.name}: {', '.join(d.key for d in self.states.values()) or 'no states'}>"

    def _repr_html_(self) -> str:
        from neurodyn.model.display import model_html

        return model_html(self)

    def __str__(self) -> str:
        from neurodyn.model.display import model_text

        return model_text(self)


def _fill(model: Model, values: Mapping[str, Any]) -> None:
    """Set the fields of a frozen object, once, while it is being made."""
    for key, value in values.items():
        object.__setattr__(model, key, value)
