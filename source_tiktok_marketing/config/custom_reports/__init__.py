"""Reports that the user puts together."""
