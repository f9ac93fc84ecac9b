"""How a study begins: what was asked is checked, and the recipe written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError
from neurodyn.results.recipe import place
from neurodyn.studies.framework.settings import filled, plain
from neurodyn.studies.framework.work import Study, Work
from neurodyn.system.files import array_in


def begun(
    name: str,
    study: Study,
    *,
    quick: bool,
    seed: int | None,
    data: Any,
    folder: Path | None,
    given: Mapping[str, Any],
    progress: bool | None,
) -> tuple[Work, Any]:
    """A study ready to work, and its settings."""
    if seed is not None and study.seed is None:
        raise InputError(f"The study {name} draws nothing at random.", code="no-draws", remedy="Leave the seed out.")
    settings = filled(name, study.settings, study.quick if quick else {}, given)
    array = None if data is None else _array(name, study, data)
    drawn = study.seed if seed is None else seed
    recipe: dict[str, Any] = {"name": name, "quick": quick, "seed": drawn, "settings": plain(settings)}
    if array is not None:
        recipe["data"] = {"shape": list(array.shape), "sha256": hashlib.sha256(array.tobytes()).hexdigest()}
    recipe["versions"] = place()["versions"]
    return Work(name, recipe, seed=drawn or 0, data=array, folder=folder, progress=progress), settings


def _array(name: str, study: Study, data: Any) -> NDArray[np.float64]:
    """The user's own array, checked as far as is the same for all studies."""
    if not study.data:
        raise InputError(f"The study {name} takes no data.", code="no-data", remedy="Leave the data out.")
    found = array_in(Path(fspath(data))) if isinstance(data, str | PathLike) else np.asarray(data, dtype=float)
    bad = np.argwhere(~np.isfinite(found))
    if len(bad):
        at = ", ".join(str(k) for k in bad[0])
        raise InputError(
            f"The data hold {found[tuple(bad[0])]} at ({at}), and {len(bad)} such places in all.",
            code="not-finite",
            remedy=f"{study.data[0].upper()}{study.data[1:]} must be finite numbers.",
        )
    return np.ascontiguousarray(found)
