"""What the user wrote: brought into one shape, checked, and turned into rows of the manifest's tables."""
