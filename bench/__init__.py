"""Benchmarks: each budget of the design as a ratio to a baseline measured in the same run."""
