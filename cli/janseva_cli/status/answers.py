"""What a service answers about itself: whether it is ready, and its metrics."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from prometheus_client.parser import text_string_to_metric_families

from janseva_cli.places import Place

OURS: Final = "janseva_"


@dataclass(frozen=True, slots=True)
class Answer:
    """`failing`: what it waits for, and how that fails. `samples`: the values of each metric, without labels."""

    place: Place
    ready: bool = False
    failing: Mapping[str, str] = field(default_factory=dict)
    samples: Mapping[str, Sequence[float]] = field(default_factory=dict)
    fault: str | None = None
    """Why there is no answer, or none that can be read."""


async def ask_all(places: Sequence[Place], within_s: float) -> list[Answer]:
    async with httpx.AsyncClient(timeout=within_s) as http:
        return [*await asyncio.gather(*(ask(http, place) for place in places))]


async def ask(http: httpx.AsyncClient, place: Place) -> Answer:
    try:
        ready = await http.get(f"{place.url}/health/ready")
        metrics = await http.get(f"{place.url}/metrics")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Answer(place, fault=f"does not answer ({type(error).__name__})")
    if ready.status_code not in {200, 503} or metrics.status_code != 200:
        return Answer(place, fault=f"answers {ready.status_code} and {metrics.status_code}: is this its OPS_PORT?")
    try:
        samples = samples_of(metrics.text)
    except ValueError:
        return Answer(place, fault="answers with what are no metrics")
    return Answer(place, ready.status_code == 200, failing_of(ready), samples)


def failing_of(response: httpx.Response) -> dict[str, str]:
    """The dependencies that fail; nothing if the body is another's."""
    try:
        body: Any = response.json()
    except ValueError:
        return {}
    checks = body.get("checks") if isinstance(body, dict) else None
    if not isinstance(checks, dict):
        return {}
    return {str(name): str(state) for name, state in checks.items() if state != "ok"}


def samples_of(text: str) -> dict[str, list[float]]:
    """Of our own metrics. Raises ValueError."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for family in text_string_to_metric_families(text):
        for sample in family.samples if family.name.startswith(OURS) else ():
            found[sample.name].append(sample.value)
    return dict(found)
