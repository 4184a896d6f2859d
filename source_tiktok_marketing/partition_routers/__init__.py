"""Lists whom a stream is read for: ad accounts, business centres, and what belongs to them."""
