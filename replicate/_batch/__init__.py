"""Many runs of one model: what runs when, where, and what is kept of it."""
