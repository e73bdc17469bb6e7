"""HTTP: the app factory, limits of connections, bodies and queries, problems, and who calls."""
