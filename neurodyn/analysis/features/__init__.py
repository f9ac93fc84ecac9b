"""What random features cost and what they lose: dense memories with an energy of summed features (arXiv:2410.24153).

from neurodyn.analysis import features
memory = features.FeatureMemory.of(neurodyn.build("dense_memory_features"))
print(features.feature_errors(memory, queries, target=0.01))
print(features.divergence(memory, start, alpha=0.1, steps=100))
"""

from neurodyn.analysis.features.bits import bits_needed, rounded, rounding_error
from neurodyn.analysis.features.divergence import Divergence, divergence
from neurodyn.analysis.features.errors import FeatureErrors, feature_errors
from neurodyn.analysis.features.gradients import gradient_error
from neurodyn.analysis.features.memory import FeatureMemory
from neurodyn.analysis.features.valleys import curvature_noise, expected_drift
from neurodyn.analysis.features.variances import Moments, kernel_variance, moments

__all__ = [
    "Divergence",
    "FeatureErrors",
    "FeatureMemory",
    "Moments",
    "bits_needed",
    "curvature_noise",
    "divergence",
    "expected_drift",
    "feature_errors",
    "gradient_error",
    "kernel_variance",
    "moments",
    "rounded",
    "rounding_error",
]
