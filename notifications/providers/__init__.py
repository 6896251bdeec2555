"""The companies that carry messages, behind one contract."""
