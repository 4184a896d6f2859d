"""Reads a partition, in as many requests as it takes."""
