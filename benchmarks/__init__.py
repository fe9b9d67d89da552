"""Benchmarks: the same work with this package, its predecessors, and less."""
