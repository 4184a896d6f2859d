"""Measures what a record costs, with this connector and with others: `make bench`, `make bench-quick`."""
