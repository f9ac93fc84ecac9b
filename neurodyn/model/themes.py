"""The themes under which the library is listed. A file says `theme = "habituation"`; a file without one is no worse."""

from __future__ import annotations

from neurodyn.errors import InputError, Place
from neurodyn.language.names import near

# In the order of `neurodyn list`, each with the heading that is printed above its models.
THEMES = {
    "habituation": "Habituation and adaptation",
    "memory": "Associative memory",
    "sequence": "Sequence memory",
    "diffusion": "Diffusion models as memories",
    "neuron": "Single neurons",
    "synapse": "Synapses and plasticity",
    "population": "Populations and networks",
    "oscillator": "Oscillators and chaos",
    "analog": "Analog circuits",
}


def check_theme(theme: str, place: Place | None) -> None:
    """Refuse a theme that is not on the list; the empty text means none."""
    if theme and theme not in THEMES:
        raise InputError(
            f"There is no theme {theme!r}.",
            code="theme",
            remedy=near(theme, list(THEMES)) or f"Themes: {', '.join(THEMES)}.",
            place=place,
        )
