"""Objections of the persons who were verified: recorded by a login with their own phone."""
