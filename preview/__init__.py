"""Rows of one stream as a table in a terminal: `python -m preview` (or `make preview`)."""
