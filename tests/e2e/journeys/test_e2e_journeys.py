"""Every live service from the filing to its paper and its messages, on the whole suite with the shipped policies."""

import httpx
import pytest

from event_schemas.papers import papers_of
from intake.catalogue import load_catalogue
from janseva_local.demo.journeys import load
from janseva_local.stack import Stack
from tests.e2e.journeys.lookups import LookupWalker
from tests.e2e.journeys.walker import Walker, all_of

CATALOGUE = load_catalogue()
TABLE = load()
PHONE = 9_100_600_000
# The same citizen's phone is another at the counter: no message is counted twice.
COUNTER = 500
LOOKED_UP = [service for service in CATALOGUE if service.live and service.look_at is not None]


@pytest.mark.timeout(600)
async def test_e2e_every_journey_is_walked_to_its_end_online_and_at_the_counter(stack: Stack) -> None:
    """Answers, route, clocks, refusals, papers and messages of each are those of the table, whoever files; all at once.

    At the counter an officer files it, and the citizen follows it by the code on his printed receipt.
    """
    async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=12)) as http:
        walks = {}
        for number, journey in enumerate(TABLE.journeys):
            service = CATALOGUE.get(journey.service)
            assert service is not None, journey.service
            walks[journey.id] = Walker(stack, http, journey, service, f"+91{PHONE + number}").walk()
            adds, phone = {**TABLE.at_counter, **journey.at_counter}, f"+91{PHONE + COUNTER + number}"
            walks[f"{journey.id} at the counter"] = Walker(stack, http, journey, service, phone, adds).walk()
        for number, service in enumerate(LOOKED_UP):
            walks[service.code] = LookupWalker(stack, http, service, f"+91{PHONE + 900 + number}").walk()
        failed = await all_of(walks)
    assert not failed, "\n\n".join(f"{name}: {why}" for name, why in failed.items())


def test_every_live_service_has_its_journey() -> None:
    """Or stands among those that have none yet, with a reason; a paper that no journey yields is found.

    What is looked up, and what is filed by a call of its own, has a test of its own.
    """
    live = {service.code for service in CATALOGUE if service.live and service.own_call is None} - {
        service.code for service in LOOKED_UP
    }
    walked = {journey.service for journey in TABLE.journeys}
    assert len({journey.id for journey in TABLE.journeys}) == len(TABLE.journeys)
    assert walked <= live
    assert walked.isdisjoint(TABLE.not_yet)
    assert live == walked | set(TABLE.not_yet)
    assert all(TABLE.not_yet.values())
    yielded = {kind for journey in TABLE.journeys for kind in (*journey.papers, *journey.letters)}
    assert yielded.isdisjoint(TABLE.papers_not_yet)
    assert {rule.kind for code in walked for rule in papers_of(code)} == yielded | set(TABLE.papers_not_yet)
