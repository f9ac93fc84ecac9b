"""Pictures that move, as GIF files."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path

from matplotlib.figure import Figure

from neurodyn.errors import InputError


@dataclass(frozen=True, eq=False)
class Film:
    """A figure that is drawn again for each frame.

    Attributes:
        figure: with all that stands still.
        show: changes what moves to how it is in a frame, by its number.
        frames: how many there are.
        rate: how many are shown in a second.
    """

    figure: Figure
    show: Callable[[int], object]
    frames: int
    rate: int


def save_film(film: Film, path: str | PathLike[str], *, dpi: int = 80) -> Path:
    """Write a film that starts again at its end; an older file is replaced once the film is complete.

    Raises:
        InputError: where the file is no .gif, or cannot be written.
    """
    from matplotlib.animation import PillowWriter

    target = Path(fspath(path))
    if target.suffix.lower() != ".gif":
        raise InputError(
            f"A film cannot be written as {target.name!r}.", code="unknown-ending", remedy="End it with .gif."
        )
    unfinished = target.with_name(f".{target.stem}.{os.getpid()}.part.gif")
    film.figure.canvas.draw()
    film.figure.set_layout_engine("none")  # else the axes move with what they show
    writer = PillowWriter(fps=film.rate)
    try:
        with writer.saving(film.figure, str(unfinished), dpi):
            for number in range(film.frames):
                film.show(number)
                writer.grab_frame()
        os.replace(unfinished, target)
    except OSError as error:
        raise InputError(
            f"The film cannot be written to {target}: {error.strerror or error}.",
            code="not-writable",
            remedy="Choose a folder that exists and that you may write to.",
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return target
