"""Models as functions: signatures made from schemas, checks of inputs, and outputs."""
