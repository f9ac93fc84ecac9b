"""What the command line answers: exit codes. 0 is success, and 2 an input that cannot be used (`neurodyn.errors`)."""

FAILED, BROKEN, INTERRUPTED, PIPE_CLOSED = 1, 70, 130, 141
