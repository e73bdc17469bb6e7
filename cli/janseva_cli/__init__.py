"""janseva: one command for the operators of the suite."""
