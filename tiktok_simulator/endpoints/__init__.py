"""The endpoints: what TikTok answers, and what it refuses."""
