"""Whom a stream is asked about."""
