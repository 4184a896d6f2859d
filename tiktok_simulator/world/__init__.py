"""What TikTok knows: accounts, what they hold, and what was delivered."""
