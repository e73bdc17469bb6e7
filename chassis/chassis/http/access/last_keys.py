"""The last keys of the officers' issuer in a file, for a process that starts while the issuer is away."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, BaseModel, ValidationError

from chassis.telemetry.logs import get_logger

_log = get_logger(__name__)

# A set that has not changed is written again no more often: its time may be that much too early, never too late.
WRITTEN_EVERY: Final = timedelta(minutes=1)


class LastSet(BaseModel):
    """`keys` is the JWKS as the issuer gave it."""

    url: str
    fetched_at: AwareDatetime
    keys: str


class LastKeys:
    """One file for each issuer's address. A folder that fails is logged and costs this help alone."""

    def __init__(self, folder: Path, url: str) -> None:
        self._url = url
        self._file = folder / f"officer-keys-{hashlib.sha256(url.encode()).hexdigest()[:16]}.json"
        self._written: LastSet | None = None

    def read(self, now: datetime) -> LastSet | None:
        """The set that was written last; None without one, or if it is another issuer's or of the future."""
        try:
            found = LastSet.model_validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            _log.warning("officer_keys_not_remembered", reason=type(error).__name__)
            return None
        return found if found.url == self._url and found.fetched_at <= now else None

    def write(self, keys: str, at: datetime) -> None:
        """Keep the set whole, or leave the file as it is."""
        before = self._written
        if before is not None and before.keys == keys and at - before.fetched_at < WRITTEN_EVERY:
            return
        made = LastSet(url=self._url, fetched_at=at, keys=keys)
        beside = self._file.with_suffix(f".{os.getpid()}")
        try:
            beside.write_text(made.model_dump_json(), "utf-8")
            beside.replace(self._file)
        except OSError as error:
            _log.warning("officer_keys_not_kept", reason=type(error).__name__)
            return
        self._written = made
