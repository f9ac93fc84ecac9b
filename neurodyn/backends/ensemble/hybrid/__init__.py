"""Lanes with events: conditions located on the path of each step, and what happens at instants, in compiled code."""
