"""How each carrier tells us what happened, read into our own words."""
