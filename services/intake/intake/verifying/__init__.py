"""Verifications: the police of another place are asked, and the person verified may object."""
