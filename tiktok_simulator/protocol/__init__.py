"""What crosses the wire, and the tables of what TikTok takes."""
