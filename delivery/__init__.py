"""Perille: delivery options at checkout, and word before anybody has to ask."""
