"""People, words and channels: messages that arrive once. Knows nothing of deliveries."""
