"""Brings what the user wrote into one shape, checks it, and turns it into rows of the manifest's tables."""
