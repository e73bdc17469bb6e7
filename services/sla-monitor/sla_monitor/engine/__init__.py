"""The parts of the pure engine: what is remembered, what follows from it, and how it is said."""
