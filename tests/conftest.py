"""How the tests run: no screen, one thread per worker, no deadlines that a busy machine would miss."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ["MPLBACKEND"] = "Agg"
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

settings.register_profile("neurodyn", deadline=None, print_blob=True)
settings.load_profile("neurodyn")
