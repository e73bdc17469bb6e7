"""What a measured monitor reports to its driver: one JSON line four times a second, appended to the file $STATS."""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any, Final

EVERY_S: Final = 0.25


class Stats:
    """Counts what was processed; a thread writes it down."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {
            "processed": 0,
            "first_ms": 0,
            "last_ms": 0,
            "done_ms": 0,
            "cpu_first": 0.0,
            "cpu_done": 0.0,
            "breaches": 0,
            "restored": 0,
            "restore_end_ms": 0,
            "running_ms": 0,
            "ready": False,
            "assigned": 0,
            "parts": {},
        }
        self._expect = int(os.environ.get("EXPECT") or 0)
        self._path = Path(os.environ.get("STATS", "stats"))
        threading.Thread(target=self._write_forever, daemon=True).start()

    def count(self, partition: int, number: int = 1) -> None:
        values, now = self.values, time.time_ns() // 1_000_000
        before = values["processed"]
        if not before:
            values["first_ms"], values["cpu_first"] = now, time.process_time()
        values["parts"].setdefault(str(partition), now)
        values["last_ms"] = now
        values["processed"] = before + number
        if before < self._expect <= before + number:
            values["done_ms"], values["cpu_done"] = now, time.process_time()

    def _write_forever(self) -> None:
        while True:
            now = time.time_ns() // 1_000_000
            line = json.dumps({"t": now, **self.values, "cpu": time.process_time()})
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
            time.sleep(EVERY_S)
