"""What people read of an event: its clear facts, the names of its codes, and the text that is true under its facts."""

from .code_names import CodeName, CodeNames
from .conditions import When, choose
from .facts import Facts, enriched, facts_of, facts_of_answers
from .values import VALUES, Values

__all__ = [
    "VALUES",
    "CodeName",
    "CodeNames",
    "Facts",
    "Values",
    "When",
    "choose",
    "enriched",
    "facts_of",
    "facts_of_answers",
]
