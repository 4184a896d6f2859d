"""What TikTok answers, and what it refuses."""
