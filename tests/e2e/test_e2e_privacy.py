"""Personal data stays sealed: none of it in a log, a metric, a trace, an event, a dead letter or a database."""

import asyncio
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from intake.catalogue import load_catalogue
from intake.catalogue.model import Service
from janseva_local.demo import search
from janseva_local.demo.citizens import Suite, log_in
from janseva_local.demo.journeys import Way, load
from janseva_local.demo.search import disguises
from janseva_local.demo.steps import Filed, Person, Steps, filing_body, mobile_of, required_documents, visit_body
from janseva_local.demo.target import target_of
from janseva_local.stack import Stack
from tests.conftest import MakeStack
from tests.e2e.journeys.counter import STATION
from tests.e2e.journeys.walker import HOME, filed_of
from tests.e2e.privacy_seeds import Seeded, seeded

LIVE = [service for service in load_catalogue() if service.live and service.is_a_complaint]
FIRST_WAY = {way.service: way for way in reversed(load().journeys)}
FIRST_PHONE = 9_812_345_000
AADHAAR = "234123412346"
DESCRIPTION = "जमीन विवाद का गुप्त विवरण"
SETTLED_S = 8.0


def person_of(number: int) -> Person:
    name = f"Vaidehisharan-{number:05d} वैदेहीशरण-{number:05d}"
    return Person(number, "hi", name, f"Kumharpatti-{number:05d}", f"+91{FIRST_PHONE + number}", HOME)


def own_mobile(service: Service, number: int) -> dict[str, str]:
    """The mobile with which the person who is verified logs in: what his step does needs just this one."""
    answers = FIRST_WAY[service.code].filed.get("attributes", {})
    return {name: mobile_of(number)[3:] for name, answer in answers.items() if answer == "{mobile}"}


SEEDED: Mapping[str, Seeded] = {
    service.code: seeded(service, number, own_mobile(service, number)) for number, service in enumerate(LIVE)
}


def secrets_of(number: int, service: Service) -> dict[str, str]:
    """Of each citizen: who he is, what he wrote, and every sealed answer."""
    person = person_of(number)
    own = zip(("name", "hindi name"), person.name.split(), strict=True)
    described = {"description": f"{DESCRIPTION} {number:05d}", "address": person.address, "phone": person.phone[3:]}
    return {
        f"{service.code} {what}": one
        for what, one in {**dict(own), **described, **SEEDED[service.code].secrets}.items()
    }


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """An OpenTelemetry collector that keeps what it gets: its address, and the bodies."""
    bodies: list[bytes] = []

    class Collect(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Collect)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", bodies
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Filer:
    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self._http = http
        self._suite = Suite(stack.urls["intake"], stack.urls["routing"], stack.urls["provider"])
        self._steps = Steps(http, self._suite, target_of(stack).officer_token)

    async def file(self, number: int, service: Service) -> None:
        """The seeded filing, once as it must not be; then its documents and the steps of its first journey."""
        way, person = FIRST_WAY[service.code], person_of(number)
        given = {"description": f"{DESCRIPTION} {number:05d} {AADHAAR}", "attributes": SEEDED[service.code].attributes}
        filed = await self._post(service, way.model_copy(update={"filed": {**way.filed, **given}}), person)
        there, status = await self._steps.status_when(filed, lambda now: now["station"] is not None)
        assert there, f"{service.code}: no station"
        for document in required_documents(service):
            assert (await self._steps.upload(filed, document)).is_success
        for step in way.acts:
            if step.after is not None:
                await self._steps.paper_is_there(filed, step.after)
            answer = await self._steps.perform(filed, step, status["station"]["code"], uuid.uuid4().hex, number)
            assert answer.is_success, f"{service.code}: {step.do}: {answer.text}"

    async def _post(self, service: Service, way: Way, person: Person) -> Filed:
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        url, body = f"{self._suite.intake}/v1/complaints", filing_body(service, way, person)
        if way.by == "counter":
            url = f"{self._suite.intake}/v1/desk/visits"
            body = visit_body(service, way, person, STATION) | {"description": body["description"]}
            headers |= self._steps.as_officer("counter", STATION)
        elif way.by == "citizen":
            headers["Authorization"] = f"Bearer {await log_in(self._http, self._suite, person.phone)}"
        refused = await self._http.post(url, json={**body, "language": 7}, headers=headers)
        assert refused.status_code in (202, 422), refused.text
        return filed_of(await self._http.post(url, json=body, headers={**headers, "Idempotency-Key": uuid.uuid4().hex}))


async def places_of(stack: Stack, http: httpx.AsyncClient) -> dict[str, bytes]:
    """All that others may read of a stack."""
    return await search.places_of(stack.folder.logs, stack.urls, stack.kafka_bootstrap, stack.mongo_uri, http)


@pytest.mark.timeout(400)
async def test_e2e_no_personal_data_outside_the_seal(make_stack: MakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every live service is filed with known values and worked on; then all that others may read is searched."""
    with collector() as (address, traces):
        monkeypatch.setenv("OTLP_ENDPOINT", address)
        stack = await make_stack()
        async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=12)) as http:
            filer = Filer(stack, http)
            await asyncio.gather(*(filer.file(number, service) for number, service in enumerate(LIVE)))
            await asyncio.sleep(SETTLED_S)
            places = await places_of(stack, http)
        places["traces"] = b"\n".join(traces)
    assert len(places) > 20
    assert {"traces", "topic cases.routine", "topic cases.emergency", "janseva_intake.cases"} <= places.keys()
    assert b"POST" in places["traces"]
    secrets = {what: one for number, service in enumerate(LIVE) for what, one in secrets_of(number, service).items()}
    secrets["aadhaar"] = AADHAAR
    found = [
        f"{what} in {place}"
        for what, secret in secrets.items()
        for disguise in set(disguises(secret))
        for place, content in places.items()
        if disguise in content
    ]
    assert sorted(set(found)) == []


def test_every_sealed_answer_is_searched_for_or_is_nobodys_own() -> None:
    """A new live service is seeded by its example alone; what is left out can't point at a person."""
    assert set(SEEDED) == {service.code for service in LIVE} == set(FIRST_WAY)
    assert sum(len(one.secrets) for one in SEEDED.values()) > 60
    for service in LIVE:
        one = SEEDED[service.code]
        sealed = {name for name in one.attributes if not service.attributes["properties"][name].get("x-clear")}
        assert sealed == {what.split(" ")[0] for what in one.secrets} | set(one.left_out)
