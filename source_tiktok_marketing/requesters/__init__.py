"""How TikTok is asked, and what its answers mean."""
