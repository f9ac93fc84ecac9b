"""Which attractors a system has, and which starts lead to which."""
