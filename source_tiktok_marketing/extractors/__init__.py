"""How records are taken out of an answer."""
