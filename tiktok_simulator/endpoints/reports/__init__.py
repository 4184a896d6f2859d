"""The endpoints that report delivery."""
