"""A stand-in for Twilio: its Messages API, receipts, replies and troubles, on loopback only."""

from notifications.stand_in.server import StandIn

__all__ = ["StandIn"]
