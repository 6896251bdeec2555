"""The companies that carry our messages, each behind the same contract."""
