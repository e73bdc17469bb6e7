"""Files of stations, boundaries and officers become a new version, with a report of everything suspicious."""
