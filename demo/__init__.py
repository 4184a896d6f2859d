"""The connector's main job, shown from end to end: `python -m demo` (or `make demo`)."""
