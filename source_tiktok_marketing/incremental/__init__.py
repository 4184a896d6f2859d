"""Keeps track of how far each ad account has been read: windows, cursors and states."""
