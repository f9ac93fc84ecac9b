"""How the tests run: no screen, one thread per worker, compiled code kept apart, no deadlines for a busy machine."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import settings

os.environ["MPLBACKEND"] = "Agg"
os.environ["NEURODYN_CACHE"] = str(Path(tempfile.gettempdir()) / "neurodyn-tests")
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

settings.register_profile("neurodyn", deadline=None, print_blob=True)
settings.load_profile("neurodyn")
