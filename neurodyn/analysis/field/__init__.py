"""A system as analyses see it: one vector of states, its rate (or what a step makes of it), and derivatives."""
