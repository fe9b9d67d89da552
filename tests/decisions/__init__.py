"""Quick tests of the modules that decide and do no I/O; `make mutants` relies on them."""
