"""Reports the user puts together."""
