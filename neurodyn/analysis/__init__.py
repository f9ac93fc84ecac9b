"""Measures of what a run did. Each names its definition and its source; what is undefined is NaN.

Spike trains come from `Result.trains`, or from lists of times by `spike_trains`:

    from neurodyn import analysis
    spikes = result.trains("spike")
    analysis.rates(spikes).mean()
    analysis.variation(spikes.between(0.1, 1.0))

Hopfield networks and restricted Boltzmann machines become each other by `rbm_of_patterns` and `patterns_of_rbm`;
`annealed_log_partition` and `train_rbm` measure and train such machines.
"""

from neurodyn.analysis.correlograms import autocorrelogram, cross_correlogram
from neurodyn.analysis.counts import correlation, fano, synchrony
from neurodyn.analysis.hopfield_rbm.annealed import annealed_log_partition, rbm_log_likelihood
from neurodyn.analysis.hopfield_rbm.compared import same_distribution
from neurodyn.analysis.hopfield_rbm.exact import hopfield_distribution, rbm_distribution, rbm_log_partition
from neurodyn.analysis.hopfield_rbm.forward import rbm_of_patterns
from neurodyn.analysis.hopfield_rbm.reverse import patterns_of_rbm
from neurodyn.analysis.hopfield_rbm.training import cd_gradient, train_rbm
from neurodyn.analysis.intervals import cv2, interval_histogram, local_variation, variation
from neurodyn.analysis.kernels import smoothed
from neurodyn.analysis.rates import peristimulus, population_rate, rates
from neurodyn.analysis.siegert import siegert
from neurodyn.analysis.spectra import spectrum
from neurodyn.analysis.weights import weight_distribution
from neurodyn.results.trains import Trains, spike_trains

__all__ = [
    "Trains",
    "annealed_log_partition",
    "autocorrelogram",
    "cd_gradient",
    "correlation",
    "cross_correlogram",
    "cv2",
    "fano",
    "hopfield_distribution",
    "interval_histogram",
    "local_variation",
    "patterns_of_rbm",
    "peristimulus",
    "population_rate",
    "rates",
    "rbm_distribution",
    "rbm_log_likelihood",
    "rbm_log_partition",
    "rbm_of_patterns",
    "same_distribution",
    "siegert",
    "smoothed",
    "spectrum",
    "spike_trains",
    "synchrony",
    "train_rbm",
    "variation",
    "weight_distribution",
]
