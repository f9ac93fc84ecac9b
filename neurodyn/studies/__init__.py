"""Experiments on one system each: what a figure of a paper or of the README shows, measured; see docs/studies.md."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurodyn.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from neurodyn.studies.framework.report import Report
    from neurodyn.studies.framework.work import Study

# A study is a file with a `STUDY`; its line here is what `neurodyn list` says.
STUDIES = {
    "digit_recall": "How often a dense memory recalls digits, against the damage of the cue.",
    "habituation": "The ten hallmarks of habituation, measured on any model, or on all shipped ones.",
    "habituation_motifs": "The hallmarks of habituation, each by a motif that shows it, as its source has it.",
    "habituation_circuit": "The analog habituation circuit: threshold, silence, H5 from its diode, a loaded divider.",
    "habituation_yield": "Which hallmarks a circuit still shows when its parts are off by their tolerances.",
    "sequence_capacity": "How many patterns in a row dense sequence memories recall, by three definitions; its limits.",
    "sequence_timing": "How long a sequence memory holds each pattern, what sets its tempo, and a drawing by heart.",
    "sequence_images": "Sequences of images in sequence memories: errors by function, with a pseudoinverse too.",
    "hopfield_rbm": "A Hopfield network as a restricted Boltzmann machine: equality, ways back, training, recall.",
    "random_features": "What dense memories lose in sums of random features, and what that saves: errors, bits, sizes.",
    "hopfield_capacity": "Capacity of Hopfield networks and dense memories, and what there is beside the patterns.",
}


def plain_name(name: str) -> str:
    """The name as it stands in `STUDIES`: sequence-capacity is sequence_capacity."""
    return name.replace("-", "_")


def declared(name: str) -> Study:
    """The study of that name, which may be written with hyphens.

    Raises:
        InputError: when there is none.
    """
    from neurodyn.language.names import near

    name = plain_name(name)
    if name not in STUDIES:
        raise InputError(
            f"There is no study called {name}.",
            code="unknown-study",
            remedy=near(name, list(STUDIES)) or f"There are: {', '.join(STUDIES)}.",
        )
    found: Study = import_module(f"neurodyn.studies.{name}").STUDY
    return found


def study(
    name: str,
    *,
    quick: bool = False,
    seed: int | None = None,
    data: ArrayLike | str | PathLike[str] | None = None,
    out: str | PathLike[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: bool | None = None,
    **more_settings: Any,
) -> Report:
    """Run a study: measure what its figures show, and judge its claims.

    Args:
        name: one of `STUDIES`, with hyphens if you like.
        quick: fewer or smaller runs, as the study says.
        seed: of all random draws, where it has some.
        data: an array of your own, or a .npy file of one, for studies that take some.
        out: a folder in which the outcome of each part is kept, so that an interrupted study goes on from there.
        settings, more_settings: what is to be different; the page of the study and `described` of its settings tell.
        progress: False shows no bar; by default there is one on a terminal.

    Raises:
        InputError: for what the study does not have or cannot use.
    """
    from neurodyn.studies.framework.begin import begun

    name = plain_name(name)
    chosen = declared(name)
    folder = None if out is None else Path(out)
    given = {**(settings or {}), **more_settings}
    work, values = begun(name, chosen, quick=quick, seed=seed, data=data, folder=folder, given=given, progress=progress)
    with work:
        return chosen.run(work, values)
