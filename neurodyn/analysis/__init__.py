"""Measures of what a run did. Each names its definition and its source; what is undefined is NaN.

Spike trains come from `Result.trains`, or from lists of times by `spike_trains`:

    from neurodyn import analysis
    spikes = result.trains("spike")
    analysis.rates(spikes).mean()
    analysis.variation(spikes.between(0.1, 1.0))
"""

from neurodyn.analysis.correlograms import autocorrelogram, cross_correlogram
from neurodyn.analysis.counts import correlation, fano, synchrony
from neurodyn.analysis.intervals import cv2, interval_histogram, local_variation, variation
from neurodyn.analysis.kernels import smoothed
from neurodyn.analysis.rates import peristimulus, population_rate, rates
from neurodyn.analysis.siegert import siegert
from neurodyn.analysis.spectra import spectrum
from neurodyn.analysis.weights import weight_distribution
from neurodyn.results.trains import Trains, spike_trains

__all__ = [
    "Trains",
    "autocorrelogram",
    "correlation",
    "cross_correlogram",
    "cv2",
    "fano",
    "interval_histogram",
    "local_variation",
    "peristimulus",
    "population_rate",
    "rates",
    "siegert",
    "smoothed",
    "spectrum",
    "spike_trains",
    "synchrony",
    "variation",
    "weight_distribution",
]
