"""Benchmarks: the same work with this package, its predecessors, bare httpx and the standard library."""
