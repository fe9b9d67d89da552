"""Files: inputs and uploads, downloads and saving. Knows nothing of runs and resources."""
