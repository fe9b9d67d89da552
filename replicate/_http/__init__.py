"""One request: address, token, connection, retry, deadline. Knows nothing of files and runs."""
