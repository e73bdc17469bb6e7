"""The public registers: who is wanted, what was found, which FIR is online; each kind is data in `kinds/`."""
