"""Reads an emergency out of any bytes: members, places, kinds of help, in any notation and script."""
