"""What people read of an event: its clear facts, the words of its codes, and the text that is true under its facts."""

from .conditions import When, choose
from .facts import Facts, enriched, facts_of
from .values import VALUES, Values
from .words import Word, Words

__all__ = ["VALUES", "Facts", "Values", "When", "Word", "Words", "choose", "enriched", "facts_of"]
