"""Topics of the registry, held against those that exist."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from typing import Final, Literal

from chassis.commands import run_command
from chassis.kafka.admin import TopicSpec, create_topics, partition_counts
from chassis.settings import load
from event_schemas.topics import TOPICS, Topic
from janseva_cli.settings import OperatorSettings

LOCAL_KAFKA: Final = "127.0.0.1:9092"
Environment = Literal["local", "production"]


def list_(bootstrap: str | None, environment: Environment) -> int:
    """1 if one is missing or has other partitions than the registry says."""

    def act() -> int:
        existing = asyncio.run(partition_counts(_kafka(bootstrap)))
        rows = [*_rows(existing, environment)]
        sys.stdout.writelines(
            f"{name:<26} {have:>4} of {want:>3}  {state}".rstrip() + "\n" for name, have, want, state in rows
        )
        return 1 if any(state for *_, state in rows) else 0

    return run_command("topics", act)


def create(bootstrap: str | None, environment: Environment, replication: int, *, confirmed: bool) -> int:
    """1 if topics are missing and were not created, as nobody confirmed it."""

    def act() -> int:
        kafka = _kafka(bootstrap)
        existing = asyncio.run(partition_counts(kafka))
        missing = [topic for topic in TOPICS if topic.name not in existing]
        for topic in missing:
            partitions = topic.partitions(environment)
            sys.stdout.write(f"{topic.name}: {partitions} partitions, {replication} copies of each\n")
        if not missing:
            sys.stdout.write("every topic of the registry exists\n")
            return 0
        if not confirmed:
            sys.stdout.write("nothing was created. To create them: the same with --yes\n")
            return 1
        specs = [TopicSpec.of(topic, environment, replication) for topic in missing]
        created = asyncio.run(create_topics(kafka, specs))
        sys.stdout.write(f"created {len(created)} of {len(missing)}\n")
        return 0

    return run_command("topics", act)


def _rows(existing: Mapping[str, int], environment: Environment) -> Iterator[tuple[str, int, int, str]]:
    for topic in TOPICS:
        have, want = existing.get(topic.name, 0), topic.partitions(environment)
        yield topic.name, have, want, _state(topic, have, want)


def _state(topic: Topic, have: int, want: int) -> str:
    if not have:
        return "missing"
    return "" if have == want else f"{topic.name} has other partitions than the registry says"


def _kafka(given: str | None) -> str:
    return given or load(OperatorSettings).kafka_bootstrap or LOCAL_KAFKA
