"""Orbits where they cross a section: return maps, cycles and their multipliers, and stroboscopic maps."""
