"""A device by itself, outside any circuit."""

from __future__ import annotations

from functools import partial

from neurodyn.model.model import Model
from neurodyn.model.varied import with_inputs
from neurodyn.system.bind import rules_on_values
from neurodyn.system.layout import Layout
from neurodyn.system.resolve import resolve
from neurodyn.system.scales import scale_of
from neurodyn.system.sizes import bind_sizes
from neurodyn.system.start import Starts
from neurodyn.system.system import System
from neurodyn.system.units import Units
from neurodyn.system.values import Values


def alone(model: Model) -> System:
    """A device whose pins are at potentials that are inputs: its equations, and its values as the file says them.

    Constraints stay as they are, for what determines an unknown may lie outside. It has no signals, and is not run.

    Raises:
        InputError: for values that the device refuses.
    """
    structure, units = resolve(with_inputs(model, model.potentials)), Units.of_model(model)
    bound = Values(structure, bind_sizes(model, {}, {}), {}, 0)
    values = bound.all()
    for rule in rules_on_values(bound):
        rule.check(bound)
    starts = Starts(bound)
    scales = {n: scale_of(d, units, partial(starts.of, n)) for n, d in model.variables.items()}
    layout = Layout.of(dict.fromkeys(scales, ()), scales)
    return System(structure, bound.sizes, values, {}, {}, layout, 0, {}, bound.formulas, bound.notes)
