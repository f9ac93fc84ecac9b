"""What has no sections that are looked at here, by name."""

from __future__ import annotations

from neurodyn.analysis.exponents.refused import acting_events, check_kind
from neurodyn.errors import InputError
from neurodyn.system.system import System


def check_flow(system: System) -> None:
    """Refuse what is no flow of its present states that is smooth between the edges of its inputs."""
    if system.model.discrete:
        raise InputError(
            f"{system.name} is a map: it is its own return map.",
            code="not-a-flow",
            remedy="Ask for its fixed points, or its cycles.",
        )
    check_kind(system, "sections")
    if acting_events(system):
        raise InputError(
            f"{system.name} has events that act ({', '.join(acting_events(system))}), which are not crossed here.",
            code="no-sections",
            remedy="Its exponents can be had: lyapunov_exponents.",
        )
