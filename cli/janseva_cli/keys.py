"""The ring of sealing keys: the months that it has a key for, and a new key for one."""

import base64
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from chassis.clock import SystemClock
from chassis.commands import run_command
from chassis.sealing import KeyRing, SealError
from chassis.settings import SettingsRefused, load
from janseva_cli.settings import OperatorSettings

KEY_BYTES: Final = 32
# A key must be everywhere before its month begins.
AHEAD: Final = timedelta(days=7)


class NoMonth(Exception):
    """What was given is no month."""


def check() -> int:
    """1 if a month lacks its key."""

    def act() -> int:
        try:
            months = KeyRing.from_json(load(OperatorSettings).sealing_keys).months
        except SealError:
            raise SettingsRefused('SEALING_KEYS: must be JSON such as {"2026-11": "<base64 of 32 bytes>"}') from None
        sys.stdout.write(f"keys of {len(months)} months: {', '.join(months) or 'none'}\n")
        faults = [*faults_of(months, SystemClock().now())]
        sys.stdout.writelines(f"{fault}\n" for fault in faults)
        return 1 if faults else 0

    return run_command("keys", act)


def faults_of(months: Sequence[str], now: datetime) -> Iterator[str]:
    """A month by UTC, as sealing counts them."""
    present, soon = (f"{at.astimezone(UTC):%Y-%m}" for at in (now, now + AHEAD))
    if present not in months:
        earlier = max((month for month in months if month < present), default=None)
        instead = f"the one of {earlier} is used" if earlier else "nothing can be sealed"
        yield f"there is no key of {present}: {instead}"
    if soon != present and soon not in months:
        yield f"there is no key of {soon}, which begins within a week: add one to every service before it does"


def new(month: str) -> int:
    """Print it as a ring of its own, to be merged into those of the services."""

    def act() -> int:
        key = base64.b64encode(os.urandom(KEY_BYTES)).decode()
        ring = json.dumps({month: key})
        try:
            KeyRing.from_json(ring)
        except SealError:
            raise NoMonth(f"not done: {month!r} is no month like 2027-01") from None
        sys.stdout.write(f"{ring}\n")
        return 0

    return run_command("keys", act, refusals=(NoMonth,))
