"""Away notices of registered seniors: sealed, read by the station's officers alone, deleted after the return."""
