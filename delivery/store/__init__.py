"""SQL lives here; rows go in and out as the rules' values."""
