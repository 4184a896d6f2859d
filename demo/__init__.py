"""Shows the connector's main job from end to end: `python -m demo` (or `make demo`)."""
