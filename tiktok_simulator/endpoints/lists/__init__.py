"""Everything that is listed."""
