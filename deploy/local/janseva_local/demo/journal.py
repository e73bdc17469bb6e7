"""The client's own journal: a line before each filing, one after each answer; where a reconciliation begins."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a 202 promised."""

    number: int
    case_id: str
    tracking_number: str
    receipt_secret: str
    at: str
    took_ms: float


@dataclass(frozen=True, slots=True)
class Intent:
    """What a citizen is about to send."""

    number: int
    service_code: str
    idempotency_key: str
    phone: str
    language: str
    journey: str = ""


class Journal:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.intents: dict[int, Intent] = {}
        self.accepted: dict[int, Accepted] = {}
        self.acts: dict[int, list[str]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="utf-8")

    def about_to_post(self, intent: Intent) -> None:
        """On disk before the request leaves: a crash in between shows as an unanswered submission."""
        self.intents[intent.number] = intent
        self._write("intent", asdict(intent))
        os.fsync(self._file.fileno())

    def answered(self, accepted: Accepted) -> None:
        self.accepted[accepted.number] = accepted
        self._write("accepted", asdict(accepted))

    def acted(self, number: int, act: str) -> None:
        """A command that was answered with a success."""
        self.acts.setdefault(number, []).append(act)
        self._write("acted", {"number": number, "act": act})

    def _write(self, what: str, fields: dict[str, object]) -> None:
        line = {"what": what, "written_at": datetime.now(UTC).isoformat(), **fields}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
