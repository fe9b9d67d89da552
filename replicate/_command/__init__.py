"""The command line, `python -m replicate`: words in, calls of this package, text out."""
