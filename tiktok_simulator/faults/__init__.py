"""The faults that a simulator can be armed with."""
