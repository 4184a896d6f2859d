"""Everything that is reported."""
