"""What an operator reads about dead letters. No value of a body is shown: it may be a person's, or sealed."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final

import orjson

from chassis.dead_letters.log import Contents, DeadLetter, letter_of, mark_of
from chassis.kafka.readers import LogRecord
from chassis.telemetry.redaction import redact_text
from event_schemas.calendars import INDIA

_SHOWN_HEADERS: Final = ("ce_", "dlq_", "traceparent", "content-type")
_FIELD: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


def overview(contents: Contents, chosen: Sequence[DeadLetter]) -> Iterator[str]:
    """A line for each service, reason and type."""
    left = sum(letter.position not in contents.replays for letter in chosen)
    yield f"{contents.topic}: {len(chosen)} dead letters, {left} not replayed"
    if contents.unrecognized:
        yield f"  and {contents.unrecognized} records that no service of ours wrote"
    if not chosen:
        return
    groups: defaultdict[tuple[str, str, str], list[DeadLetter]] = defaultdict(list)
    for letter in chosen:
        groups[letter.service, letter.reason, _shown(letter.type)].append(letter)
    yield (
        f"  {'service':<12} {'reason':<24} {'type':<26} {'count':>6} {'replayed':>8} {'died again':>10}"
        f"  {'oldest (India)':<19}  newest (India)"
    )
    for (service, reason, kind), letters in sorted(groups.items()):
        replayed = sum(letter.position in contents.replays for letter in letters)
        again = sum(letter.again is not None for letter in letters)
        first, last = min(letter.at for letter in letters), max(letter.at for letter in letters)
        yield (
            f"  {service:<12} {reason:<24} {kind:<26} {len(letters):>6} {replayed:>8} {again:>10}"
            f"  {_india(first)}  {_india(last)}"
        )


def each(contents: Contents, chosen: Sequence[DeadLetter]) -> Iterator[str]:
    """A line for each dead letter."""
    for letter in sorted(chosen, key=lambda letter: letter.at):
        again = "" if letter.again is None else f", a replay of {letter.again}"
        yield (
            f"  {letter.position!s:>8}  {_india(letter.at)}  {letter.service}: {letter.reason}, {_shown(letter.type)}"
            f" from {letter.source_topic} {letter.source}{again}; {state(contents, letter)}"
        )


def state(contents: Contents, letter: DeadLetter) -> str:
    """What has become of it."""
    mark = contents.replays.get(letter.position)
    if mark is None:
        return "not replayed"
    died = contents.died_again.get(letter.position)
    died_again = "" if died is None else f"; died again as {died}"
    return f"replayed {_india(mark.at)} (India) by {mark.by}: {mark.why}{died_again}"


def one(contents: Contents, found: LogRecord) -> Iterator[str]:
    """A dead letter with its place, its headers and the shape of its body."""
    letter, record = letter_of(found), found.record
    yield f"{found.topic} {found.partition}:{found.offset}"
    if letter is not None:
        yield f"put aside    {_india(letter.at)} (India) by {letter.service}: {letter.reason}"
        yield f"came from    {letter.source_topic} {letter.source}"
        yield f"since then   {state(contents, letter)}"
        if letter.again is not None:
            yield f"was itself   a replay of {letter.again}: it died again"
        yield f"replay       {letter.cannot or 'can be: this program reads it'}"
    else:
        yield "is the mark of a replay" if mark_of(found) is not None else "no service of ours wrote this record"
    yield f"key          {_header(record.key or b'')}"
    for name, value in record.headers:
        shown = _header(value) if name.startswith(_SHOWN_HEADERS) else f"[{len(value)} bytes]"
        yield f"header       {_shown(name)}: {shown}"
    yield f"body         {_shape(record.value)}"


def plan(
    contents: Contents, chosen: Sequence[DeadLetter], fresh: Sequence[DeadLetter], existing: Collection[str]
) -> Iterator[str]:
    """What a replay sends, what it leaves out, and why."""
    yield f"{len(chosen)} dead letters of {contents.topic} are meant"
    for (source, service), count in sorted(Counter((one.source_topic, one.service) for one in fresh).items()):
        yield f"  {count} to {source}, for {service} alone"
    sent = {letter.position for letter in fresh}
    faults = Counter(
        letter.cannot
        or (
            f"was replayed already by {contents.replays[letter.position].by}: --again sends it once more"
            if letter.source_topic in existing
            else f"its topic {letter.source_topic} does not exist"
        )
        for letter in chosen
        if letter.position not in sent
    )
    for why, count in sorted(faults.items()):
        yield f"  {count} left out: {why}"


def _shape(body: bytes) -> str:
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError:
        return f"{len(body)} bytes, not JSON"
    if not isinstance(read, dict):
        return f"{len(body)} bytes, JSON but no object"
    # A name that is no field's may be a person's.
    names = [name for name in read if _FIELD.fullmatch(name)]
    others = len(read) - len(names)
    return f"{len(body)} bytes: {', '.join(names)}" + (f" and {others} that are no names of fields" if others else "")


def _header(value: bytes) -> str:
    try:
        return _shown(value.decode(), 200)
    except UnicodeDecodeError:
        return f"[{len(value)} bytes]"


def _shown(text: str, most: int = 40) -> str:
    """A foreign writer's text: without numbers of persons, on one line, not endless."""
    return "".join(letter if letter.isprintable() else "?" for letter in redact_text(text[:most]))


def _india(at: datetime) -> str:
    return f"{at.astimezone(INDIA):%Y-%m-%d %H:%M:%S}"
