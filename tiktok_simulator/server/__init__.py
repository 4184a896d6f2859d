"""The front door, the routes and the two transports."""
