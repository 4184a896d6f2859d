"""What TikTok knows: ad accounts, what they have, and what was delivered."""
