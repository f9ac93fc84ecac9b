"""One workload per file: its `cases(scale)` are the tasks, with every tool that does them as a column."""
