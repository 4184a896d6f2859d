"""What TikTok's columns, metrics and dimensions are, and how their values are typed."""
