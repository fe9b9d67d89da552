"""A run from its create to its result: lost creates, waiting, canceling, events."""
