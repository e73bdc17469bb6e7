"""The dead letters in Kafka that nobody has replayed."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from chassis.commands import SERVER_FAULTS, sentence_of
from chassis.dead_letters.log import read_contents
from chassis.kafka.admin import existing_topics
from event_schemas.topics import TOPICS


class Waiting(NamedTuple):
    """A dead letter by the service that put it aside, and when it did."""

    service: str
    topic: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PutAside:
    letters: Sequence[Waiting] = ()
    fault: str | None = None
    """Why Kafka could not be asked."""


async def ask_kafka(bootstrap: str) -> PutAside:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        existing = await existing_topics(bootstrap)
        names = [topic.name for topic in TOPICS if topic.dead_letter and topic.name in existing]
        found = await asyncio.gather(*(read_contents(bootstrap, name) for name in names))
    except SERVER_FAULTS as error:
        return PutAside(fault=sentence_of(error))
    return PutAside(
        [
            Waiting(letter.service, letter.source_topic, letter.at)
            for contents in found
            for letter in contents.letters
            if letter.position not in contents.replays
        ]
    )
