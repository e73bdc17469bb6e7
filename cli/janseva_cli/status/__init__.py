"""`janseva status`: ask every service how it is, judge the answers, show them on one screen."""

import asyncio
import json
import sys
from collections.abc import Sequence

from chassis.clock import SystemClock
from chassis.commands import run_command
from chassis.settings import load
from janseva_cli.places import LOCAL, Place
from janseva_cli.settings import OperatorSettings
from janseva_cli.status.answers import ask_all
from janseva_cli.status.judging import Health, judged
from janseva_cli.status.letters import PutAside, ask_kafka
from janseva_cli.status.page import as_json, show


def main(places: Sequence[Place] | None, bootstrap: str | None, *, within_s: float, as_document: bool) -> int:
    """0: it is well; 1: something is not."""

    def act() -> int:
        health = asyncio.run(
            ask(places or LOCAL, bootstrap or load(OperatorSettings).kafka_bootstrap or None, within_s)
        )
        if as_document:
            sys.stdout.write(json.dumps(as_json(health), ensure_ascii=False, indent=1) + "\n")
        else:
            show(health)
        return 0 if health.well else 1

    return run_command("status", act)


async def ask(places: Sequence[Place], bootstrap: str | None, within_s: float) -> Health:
    """Everybody at once. Without the address of a Kafka its dead letters are not asked for."""
    answers, letters = await asyncio.gather(ask_all(places, within_s), _letters(bootstrap))
    return judged(answers, letters, SystemClock().now())


async def _letters(bootstrap: str | None) -> PutAside | None:
    return None if bootstrap is None else await ask_kafka(bootstrap)
