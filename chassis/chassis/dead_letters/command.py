"""``python -m chassis dead-letters list|show|replay``: events that a service put aside, and sending them to it again.

A replay goes to the topic the event came from, for the service that put it aside; all others skip it. Nothing is sent
without --yes.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic_settings import BaseSettings

from chassis.clock import SystemClock
from chassis.commands import run_command
from chassis.dead_letters import pages
from chassis.dead_letters.log import DeadLetter, RecordPosition, ReplayApproval, read_contents, read_record, replay
from chassis.faults import RecordTooLarge
from chassis.kafka.admin import existing_topics
from chassis.settings import load
from event_schemas import topics
from event_schemas.calendars import INDIA


class Settings(BaseSettings):
    """KAFKA_BOOTSTRAP, as every service has it."""

    kafka_bootstrap: str = "127.0.0.1:9092"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which dead letters are meant; None means any."""

    service: str | None
    reason: str | None
    type: str | None
    since: datetime | None
    until: datetime | None
    positions: frozenset[RecordPosition]

    @property
    def is_everything(self) -> bool:
        return self == Selection(None, None, None, None, None, frozenset())

    def holds(self, letter: DeadLetter) -> bool:
        return (
            self.service in {None, letter.service}
            and self.reason in {None, letter.reason}
            and self.type in {None, letter.type}
            and (self.since is None or letter.at >= self.since)
            and (self.until is None or letter.at < self.until)
            and (not self.positions or letter.position in self.positions)
        )


def main(argv: Sequence[str]) -> int:
    """0: shown, replayed, or nothing was left to replay; 1: it could not be done; 2: not understood."""
    options = parse_arguments(argv)
    return run_command("dead-letters", lambda: _act(options), refusals=(RecordTooLarge,))


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments read. SystemExit with 2 if they can't be meant so."""
    parser = _parser()
    options = parser.parse_args(list(argv))
    if options.act == "replay" and _selection(options).is_everything:
        parser.error("replay what? --service, --reason, --type, --since, --until or --at; 'list' shows what there is")
    if options.act == "replay" and options.yes and not (options.by and options.why):
        parser.error("--yes needs --by and --why: the replay is recorded with them")
    return options


def _act(options: argparse.Namespace) -> int:
    return asyncio.run(_run(options, options.bootstrap or load(Settings).kafka_bootstrap))


async def _run(options: argparse.Namespace, bootstrap: str) -> int:
    existing = await existing_topics(bootstrap)
    named = None if options.topic is None else topics.dead_letter(options.topic)
    if named is not None and named not in existing:
        return _not_done(f"there is no topic {named}")
    if options.act == "list":
        found = [named] if named else sorted(topic.name for topic in topics.TOPICS if topic.dead_letter)
        return await _list(bootstrap, [name for name in found if name in existing], options)
    assert named is not None
    if options.act == "show":
        return await _show(bootstrap, named, options.at)
    return await _replay(bootstrap, named, existing, options)


async def _list(bootstrap: str, names: Sequence[str], options: argparse.Namespace) -> int:
    wanted = _selection(options)
    if not names:
        return _not_done("this Kafka has no topic of dead letters")
    for name in names:
        contents = await read_contents(bootstrap, name)
        chosen = [letter for letter in contents.letters if wanted.holds(letter)]
        _print(pages.overview(contents, chosen))
        if options.each:
            _print(pages.each(contents, chosen))
    return 0


async def _show(bootstrap: str, topic: str, position: RecordPosition) -> int:
    found = await read_record(bootstrap, topic, position)
    if found is None:
        return _not_done(f"nothing lies at {position} of {topic} (any more)")
    _print(pages.one(await read_contents(bootstrap, topic), found))
    return 0


async def _replay(bootstrap: str, topic: str, existing: frozenset[str], options: argparse.Namespace) -> int:
    wanted = _selection(options)
    contents = await read_contents(bootstrap, topic)
    chosen = [letter for letter in contents.letters if wanted.holds(letter)]
    able = [letter for letter in chosen if letter.cannot is None and letter.source_topic in existing]
    fresh = able if options.again else [letter for letter in able if letter.position not in contents.replays]
    _print(pages.plan(contents, chosen, fresh, existing))
    if not fresh:
        _print(["nothing to replay"])
        return 0 if able else 1
    if not options.yes:
        _print(["nothing was sent. To send them: the same with --yes --by WHO --why REASON"])
        return 0
    done = await replay(
        bootstrap, topic, fresh, ReplayApproval(options.by, options.why), SystemClock(), _progress(len(fresh))
    )
    _print([f"replayed {done} of {len(fresh)}"])
    return 0 if done == len(fresh) else _not_done("Kafka has deleted the others meanwhile")


def _selection(options: argparse.Namespace) -> Selection:
    positions = frozenset(getattr(options, "at", None) or ())
    return Selection(options.service, options.reason, options.type, options.since, options.until, positions)


def _progress(of: int) -> Callable[[int], None]:
    def on_progress(done: int) -> None:
        if done < of:
            sys.stderr.write(f"{done} of {of}\n")

    return on_progress


def _not_done(why: str) -> int:
    sys.stderr.write(f"not done: {why}\n")
    return 1


def _print(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def _india(text: str) -> datetime:
    """A day or a time as a clock in India shows it, unless it has a zone of its own."""
    read = datetime.fromisoformat(text)
    return read.replace(tzinfo=INDIA) if read.tzinfo is None else read


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="chassis dead-letters", description=__doc__)
    parser.add_argument("--bootstrap", help="Kafka's address (default: KAFKA_BOOTSTRAP)")
    acts = parser.add_subparsers(dest="act", required=True)
    listing = acts.add_parser("list", help="how many lie there, of whom, why, since when, and which were replayed")
    listing.add_argument("--topic", help="of this topic (default: of every topic of the registry)")
    listing.add_argument("--each", action="store_true", help="a line for each")
    show = acts.add_parser("show", help="one of them; of its body the size and the names of its fields alone")
    show.add_argument("--topic", required=True, help="cases.routine, say")
    show.add_argument("--at", required=True, type=RecordPosition.parse, metavar="PARTITION:OFFSET")
    again = acts.add_parser("replay", help="send them to their service again; without --yes: say what would be sent")
    again.add_argument("--topic", required=True, help="cases.routine, say")
    again.add_argument(
        "--at", action="append", type=RecordPosition.parse, metavar="PARTITION:OFFSET", help="may be repeated"
    )
    again.add_argument("--yes", action="store_true", help="send them")
    again.add_argument("--by", help="who decides this, for the record")
    again.add_argument("--why", help="the reason, for the record")
    again.add_argument("--again", action="store_true", help="also those that have been replayed already")
    for command in (listing, again):
        command.add_argument("--service", help="that put them aside")
        command.add_argument("--reason", help="schema, unknown_version, ...")
        command.add_argument("--type", help="of event, ComplaintFiled, say")
        command.add_argument(
            "--since", type=_india, help="put aside at this time or later: 2026-11-22 or T14:30, India"
        )
        command.add_argument("--until", type=_india, help="put aside before this time")
    return parser
