"""Benchmarks: each prints a table and a JSON line, as ratios to a floor measured in the same run."""
