"""In how many requests a partition is read."""
