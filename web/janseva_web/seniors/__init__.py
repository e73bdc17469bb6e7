"""Registered senior citizens: away notices, and help by one tap."""
