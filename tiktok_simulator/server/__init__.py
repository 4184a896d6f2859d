"""The simulator, its routes and its two transports."""
