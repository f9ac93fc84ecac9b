"""The ten hallmarks of habituation, measured on any model with an input and a response."""
