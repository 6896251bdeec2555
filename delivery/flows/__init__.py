"""One file per trip; a flow reads, decides, writes and posts."""
