"""Public registers: who is wanted or missing, what was lost or found, and released texts of FIRs."""
