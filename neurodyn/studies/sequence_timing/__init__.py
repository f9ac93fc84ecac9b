"""Timing of sequence memories: how long each pattern is held, and what sets the tempo."""

from __future__ import annotations

from neurodyn.studies.sequence_timing.study import STUDY as STUDY
