"""Models as functions: what their schemas say in Python's words, inputs, and outputs."""
