"""Benchmarks: `python -m benchmarks`, side by side with bare httpx in one run."""
