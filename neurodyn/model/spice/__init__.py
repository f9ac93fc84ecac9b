"""Netlists of SPICE as models: `Model.from_spice`."""
