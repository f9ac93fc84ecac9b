"""From a model to a system: sizes and values bound, rules checked, derivatives resolved."""
