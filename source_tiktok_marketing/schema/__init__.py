"""Knows TikTok's columns, metrics and dimensions, and types their values."""
