"""List, show and replay the events that a service put aside.

A replay goes to the topic the event came from, for the service that put it aside; all others skip it.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable

from pydantic_settings import BaseSettings

from chassis.clock import SystemClock
from chassis.commands import run_command
from chassis.dead_letters import pages
from chassis.dead_letters.log import ReplayApproval, read_contents, read_record
from chassis.dead_letters.log import replay as send_again
from chassis.dead_letters.selection import RecordPosition, Selection
from chassis.faults import RecordTooLarge
from chassis.kafka.admin import existing_topics
from chassis.settings import load
from event_schemas import topics


class Settings(BaseSettings):
    """KAFKA_BOOTSTRAP, as every service has it."""

    kafka_bootstrap: str = "127.0.0.1:9092"


class NotThere(Exception):
    """What the operator named, or would see, is not in this Kafka."""

    def __init__(self, why: str) -> None:
        super().__init__(f"not done: {why}")


def run(bootstrap: str | None, act: Callable[[str], Awaitable[int]]) -> int:
    """0: shown, replayed, or nothing was left to replay; 1: it could not be done; 2: the settings won't do."""

    async def acted() -> int:
        return await act(bootstrap or load(Settings).kafka_bootstrap)

    return run_command("dead-letters", lambda: asyncio.run(acted()), refusals=(RecordTooLarge, NotThere))


async def list_letters(bootstrap: str, topic: str | None, wanted: Selection, *, each: bool) -> int:
    existing = await existing_topics(bootstrap)
    if topic is None:
        names = sorted(one.name for one in topics.TOPICS if one.dead_letter and one.name in existing)
    else:
        names = [_existing(topic, existing)]
    if not names:
        raise NotThere("this Kafka has no topic of dead letters")
    for name in names:
        contents = await read_contents(bootstrap, name)
        chosen = [letter for letter in contents.letters if wanted.holds(letter)]
        _print(pages.overview(contents, chosen))
        if each:
            _print(pages.each(contents, chosen))
    return 0


async def show_letter(bootstrap: str, topic: str, position: RecordPosition) -> int:
    name = _existing(topic, await existing_topics(bootstrap))
    found = await read_record(bootstrap, name, position)
    if found is None:
        raise NotThere(f"nothing lies at {position} of {name} (any more)")
    _print(pages.one(await read_contents(bootstrap, name), found))
    return 0


async def replay_letters(
    bootstrap: str, topic: str, wanted: Selection, approval: ReplayApproval | None, *, again: bool
) -> int:
    """Without an approval nothing is sent."""
    existing = await existing_topics(bootstrap)
    name = _existing(topic, existing)
    contents = await read_contents(bootstrap, name)
    chosen = [letter for letter in contents.letters if wanted.holds(letter)]
    able = [letter for letter in chosen if letter.cannot is None and letter.source_topic in existing]
    fresh = able if again else [letter for letter in able if letter.position not in contents.replays]
    _print(pages.plan(contents, chosen, fresh, existing))
    if not fresh:
        _print(["nothing to replay"])
        return 0 if able else 1
    if approval is None:
        _print(["nothing was sent. To send them: the same with --yes --by WHO --why REASON"])
        return 0
    done = await send_again(bootstrap, name, fresh, approval, SystemClock(), _progress(len(fresh)))
    _print([f"replayed {done} of {len(fresh)}"])
    if done < len(fresh):
        raise NotThere("Kafka has deleted the others meanwhile")
    return 0


def _existing(topic: str, existing: frozenset[str]) -> str:
    name = topics.dead_letter(topic)
    if name not in existing:
        raise NotThere(f"there is no topic {name}")
    return name


def _progress(of: int) -> Callable[[int], None]:
    def on_progress(done: int) -> None:
        if done < of:
            sys.stderr.write(f"{done} of {of}\n")

    return on_progress


def _print(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()
