"""One rule per file; each raises an `InputError` that says what is wrong, where, and how to mend it."""

from neurodyn.system.checks.bench import check_bench
from neurodyn.system.checks.cycles import check_cycles
from neurodyn.system.checks.energies import check_energy
from neurodyn.system.checks.flows import check_flows
from neurodyn.system.checks.given import check_given
from neurodyn.system.checks.layers import check_layers
from neurodyn.system.checks.noise import check_noise
from neurodyn.system.checks.positions import check_positions
from neurodyn.system.checks.statements import check_statements
from neurodyn.system.checks.updates import check_update
from neurodyn.system.history import check_before

# In the order in which they run: a later check may rely on an earlier one.
MODEL_CHECKS = (
    check_flows,
    check_cycles,
    check_energy,
    check_layers,
    check_noise,
    check_update,
    check_bench,
    check_statements,
)
VALUE_CHECKS = (check_given, check_positions, check_before)

__all__ = ["MODEL_CHECKS", "VALUE_CHECKS"]
