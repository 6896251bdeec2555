"""What customers write to us: understood in their words, against what can be had."""

from delivery.rules.replies.lexicon import lexicons as load_languages
from delivery.rules.replies.reading import understand
from delivery.rules.replies.understanding import CONTEXTS, INTENTS, OfferedSlot, Understanding
from delivery.rules.replies.wish import Wish, wish

__all__ = ["CONTEXTS", "INTENTS", "OfferedSlot", "Understanding", "Wish", "load_languages",
           "understand", "wish"]  # fmt: skip
