"""One rule per file; each raises an `InputError` that says what is wrong, where, and how to mend it."""

from neurodyn.system.checks.before import before_rules
from neurodyn.system.checks.bench import check_bench
from neurodyn.system.checks.constraints import check_constraints
from neurodyn.system.checks.cycles import check_cycles
from neurodyn.system.checks.delays import check_delays, delay_rules
from neurodyn.system.checks.devices import check_device, check_rates
from neurodyn.system.checks.dimensions import check_dimensions
from neurodyn.system.checks.energies import check_energy
from neurodyn.system.checks.event_values import event_rules
from neurodyn.system.checks.events import check_events
from neurodyn.system.checks.flows import check_flows
from neurodyn.system.checks.given import given_rules
from neurodyn.system.checks.layers import check_layers
from neurodyn.system.checks.matrices import check_matrices
from neurodyn.system.checks.names import check_result_names
from neurodyn.system.checks.nodes import check_nodes
from neurodyn.system.checks.noise import check_noise
from neurodyn.system.checks.periods import period_rules
from neurodyn.system.checks.positions import position_rules
from neurodyn.system.checks.stages import check_stages, stage_rules
from neurodyn.system.checks.statements import check_statements
from neurodyn.system.checks.updates import check_update

# In the order in which they run: a later check may rely on an earlier one.
MODEL_CHECKS = (
    check_constraints,
    check_flows,
    check_cycles,
    check_matrices,
    check_events,
    check_result_names,
    check_energy,
    check_layers,
    check_noise,
    check_update,
    check_bench,
    check_stages,
    check_statements,
    check_delays,
    check_dimensions,
    check_rates,
    check_device,
    check_nodes,
)
# What parameters may do that inputs may not: checked again where a parameter is bound to a signal.
VARIED_CHECKS = (check_matrices,)
VALUE_RULES = (given_rules, position_rules, delay_rules, before_rules, event_rules, period_rules, stage_rules)

__all__ = ["MODEL_CHECKS", "VALUE_RULES", "VARIED_CHECKS"]
