"""Hand-offs: an ordinary filing whose citizen is in danger now becomes a call for help, linked to it."""
