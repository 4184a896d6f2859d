"""What a record costs, beside the other connectors: `make bench`, `make bench-quick`."""
