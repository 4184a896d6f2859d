"""Sends requests to TikTok, and decides what its answers mean."""
