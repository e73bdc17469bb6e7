"""Break-glass: an officer without charge of a sealed case opens it for a short time, and his superior reviews it."""
