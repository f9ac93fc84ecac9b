"""How fast neurodyn is, beside the tools that are installed and beside what the machine can do.

Nothing is imported here: what a process of a measurement loads first must find its environment set.
"""
