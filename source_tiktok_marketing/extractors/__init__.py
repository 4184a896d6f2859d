"""Takes the records out of an answer."""
