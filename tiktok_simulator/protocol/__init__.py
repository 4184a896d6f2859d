"""Requests and responses, and the tables of what TikTok accepts."""
