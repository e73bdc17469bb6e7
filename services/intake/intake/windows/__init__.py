"""Hearing windows: two hours in which a post hears whoever comes or has booked, published, opened and closed by it."""
