"""What officers note of a case for each other."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Investigator:
    """The officer whom the case was given to, by the subject of his login; `post` is his who gave it."""

    officer: str
    post: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """What officers write for each other; the text is in `sealed` alone, and no citizen is shown that there is one."""

    note_id: str
    at: datetime
    post: str
    sealed: str
