"""`System`: a model with sizes and values bound, ready to be run or analysed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.calculus.rewrite import Definition
from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.model.model import Model
from neurodyn.program.lower import Output, lower
from neurodyn.program.numpy_printer import Compiled, numpy_function
from neurodyn.program.products import IN_NUMPY, Products
from neurodyn.program.wiring import Wiring
from neurodyn.system import residual as implicit
from neurodyn.system.abilities import needed
from neurodyn.system.constrained import with_constraints
from neurodyn.system.delayed import Earlier
from neurodyn.system.derivatives import Derivative, derivative_function
from neurodyn.system.flowing import Flow, flow_function
from neurodyn.system.formulas import Formulas
from neurodyn.system.history import PastReader
from neurodyn.system.jacobian import jacobian_function
from neurodyn.system.layout import Layout
from neurodyn.system.observing import Observe, observe_function
from neurodyn.system.quantities import si_time
from neurodyn.system.signals import Signal
from neurodyn.system.start import start_vector
from neurodyn.system.stepping import Step, step_function
from neurodyn.system.structure import Structure
from neurodyn.system.units import Units
from neurodyn.system.values import Values

Array = NDArray[np.float64]
Inputs = Mapping[str, Any]


@dataclass(frozen=True, eq=False, repr=False)
class System:
    """A model with every size and parameter bound and every rule checked; made by `build`.

    Attributes:
        structure: the resolved equations, shared with systems of other values.
        sizes: the size of each index set.
        values: every parameter, derived ones included, as read-only arrays of the shape of their letters.
        given: the values that were given at build (all else came from the file).
        signals: the inputs.
        layout: how the states lie in the flat vector.
        seed: of the random draws in values and starts.
        compiled, formulas: what was made of the equations and of the texts of values, shared with systems of other
            values.
        notes: what is to be told of values, by their names: rank and condition of matrices.
        by_trial: parameters and inputs that are read at each evaluation, with a row for each trial.
    """

    structure: Structure
    sizes: Mapping[str, int]
    values: Mapping[str, Array]
    given: Mapping[str, Any]
    signals: Mapping[str, Signal]
    layout: Layout
    seed: int
    compiled: dict[Any, Compiled]
    formulas: Formulas
    notes: Mapping[str, tuple[str, ...]]
    by_trial: tuple[str, ...] = ()

    def __repr__(self) -> str:
        sizes = "".join(f", {n} = {k}" for n, k in self.sizes.items())
        return f"<System {self.name}: {self.layout.size} states{sizes}>"

    def _repr_html_(self) -> str:
        return self.model._repr_html_()

    @property
    def model(self) -> Model:
        """The declaration."""
        return self.structure.model

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def units(self) -> Units:
        """The unit of every name, as the model writes it; values are in SI units."""
        return self.structure.once("units", lambda: Units.of_model(self.model))

    @property
    def all_sizes(self) -> dict[str, int]:
        """The sizes with the number of edges of each support."""
        return self.formulas.sizes(self.sizes)

    @property
    def wirings(self) -> Mapping[str, Wiring]:
        """The edges of each support: positions `first` and `second`, sorted."""
        return self.formulas.wirings

    @property
    def observables(self) -> tuple[str, ...]:
        """Definitions that vary in a run."""
        return tuple(n for n in self.model.definitions if n in self.structure.dynamic)

    @property
    def energy_terms(self) -> tuple[str, ...]:
        """Source texts of the energy's additive terms; observe `E:k` for term k."""
        return self.structure.terms

    @cached_property
    def past(self) -> PastReader:
        """Reads what the equations want of the past, and says how far back that is."""
        return PastReader(self.layout, self.structure.pasts, self.sizes)

    @cached_property
    def earlier(self) -> Earlier:
        """What a flow with delays reads of the past, in numbers."""
        return Earlier(self)

    def bound(self) -> Values:
        """What evaluates expressions of this system's parameters."""
        return Values(self.structure, self.sizes, self.given, self.seed, dict(self.values), self.formulas)

    @cached_property
    def computed(self) -> Formulas:
        """What was computed from the values, by key; systems of other values have their own."""
        return Formulas()

    @cached_property
    def needs(self) -> frozenset[str]:
        """The abilities that a backend must have to run it."""
        return needed(self.structure, bool(self.wirings))

    def role(self, name: str) -> str:
        """What a name is: state, unknown, input, noise, event, parameter, derived, observable or energy."""
        if name not in self.model.names.quantities:
            raise self.unknown(name)
        return self.structure.role(name)

    def about(self, name: str) -> str:
        """What was said of a name: its description, or the remark behind its equation."""
        return self.model.about(name)

    def dims(self, name: str) -> tuple[str, ...]:
        """The index sets of a name; a second use of a set is called `N_pre`. Edges of a support C are `C_edge`."""
        if name not in self.model.names.quantities:
            raise self.unknown(name)
        return self.model.names.dims(name)

    def unknown(self, name: str) -> InputError:
        """The error for a name that the system does not have."""
        known = [*self.model.names.quantities]
        return InputError(
            f"{self.name} has no quantity {name}.",
            code="unknown-quantity",
            remedy=near(name, known) or f"It has: {', '.join(known)}.",
        )

    def start(
        self, given: Mapping[str, Any] | None = None, *, trials: int | None = None, seed: int | None = None
    ) -> Array:
        """The states at the start: shape (size,), or (trials, size) with independent draws."""
        return start_vector(self, given or {}, trials, self.seed if seed is None else seed)

    def time(self, name: str, value: Any) -> Any:
        """A time that is given as a number, a quantity or text, as a number; `name` is what an error calls it."""
        return si_time(name, value, self.units, self.bound)

    def flow(self, trials: bool = False, products: Products = IN_NUMPY) -> Flow:
        """f(t, y, inputs): the rate of the flat state vector without noise; y of shape (size,) or (trials, size).

        Where there are delays, `inputs` holds what is read of the past too, by the names of `structure.delayed`.
        `products` multiplies large constant matrices by vectors.
        """
        return flow_function(self, trials, products)

    def step(self, trials: bool = False, products: Products = IN_NUMPY) -> Step:
        """f(t, y, given): the states after one step of a map; `given` holds inputs, draws and past values by name."""
        return step_function(self, trials, products)

    def jacobian(self, sparse: bool | None = None) -> Callable[[float, Array, Inputs], Any]:
        """f(t, y, inputs): the derivative of the flow, or of a map's step, by the state: (size, size) at y (size,).

        It is a sparse array of SciPy where there are supports, or 200 states and entries at 5 % of the places at most;
        else an array. `sparse` asks for one of the two.
        """
        return jacobian_function(self, sparse)

    def derivative(self, of: str, *by: str) -> Derivative:
        """f(t, y, inputs): a quantity derived by states, its letters first: `derivative("g", "x")` is a Hessian."""
        return derivative_function(self, of, by)

    @cached_property
    def constrained(self) -> System:
        """The system with its constraints, where they were solved for so that it is a flow; else this one."""
        return with_constraints(self) if self.structure.constrained else self

    def residual(self, trials: bool = False) -> implicit.Residual:
        """f(t, y, rate, inputs): what constraints make 0; y holds states, then unknowns."""
        return implicit.residual_function(self, trials)

    def residual_jacobian(self) -> implicit.ResidualJacobian:
        """f(t, y, rate, inputs): the residual's derivatives by y and by the rate, each (size, size)."""
        return implicit.residual_jacobian(self)

    def observe(self, names: Sequence[str], trials: bool = False) -> Observe:
        """f(t, y, inputs): the quantities named, each of its own shape, a leading trial axis with trials."""
        return observe_function(self, names, trials)

    def bind(
        self, key: Any, outputs: Sequence[Output], trials: bool, definitions: Mapping[str, Definition] | None = None,
        products: Products = IN_NUMPY, beside: Sequence[str] = (), on: Mapping[str, str] | None = None,
    ) -> Callable[[float, Mapping[str, Any]], dict[str, Array]]:  # fmt: skip
        """A function of time and variables for these outputs, compiled once; `beside` states, more vary by trial."""
        key = (key, self.by_trial) if self.by_trial else key
        if key not in self.compiled:
            told = definitions or self.structure.definitions
            program = lower(
                outputs,
                definitions={n: d for n, d in told.items() if n not in self.structure.derived},
                sizes=self.all_sizes,
                constant=[name for name in (*self.values, *self.formulas.edges) if name not in self.by_trial],
                on={**self.structure.on, **(on or {})},
                states=(*self.layout.names, *self.structure.by_trial, *self.by_trial, *beside),
                trials=trials,
            )
            self.compiled[key] = numpy_function(program)
        values = {**self.values, **self.formulas.edges} if self.wirings else self.values
        return self.compiled[key].bind(values, products)

    def with_values(self, values: Mapping[str, Any] | None = None, **more: Any) -> System:
        """The same system with other values of some parameters and inputs: numbers, arrays, text, signals or
        quantities; bare numbers are SI.

        Compiled code is shared, and only what depends on the changed names is computed and checked again; all is as if
        the system had been built with these values. Sizes and scales stay as they are.

        Raises:
            InputError: for an unknown name, a wrong shape, or a value that breaks what the model states.
        """
        from neurodyn.system.rebind import rebind

        return rebind(self, {**values, **more} if values else more)
