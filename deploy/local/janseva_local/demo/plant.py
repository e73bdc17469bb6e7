"""Faults planted on purpose: a reconciliation that does not find them proves nothing."""

import asyncio
import os
import signal
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx

from chassis.kafka.producer import EventProducer
from event_schemas import AssignedToStation, CertificateIssued, DocumentsCompleted, Event, IntakeEvent, encode
from event_schemas.papers import paper_rules
from janseva_local.demo.evidence import Evidence, Seen, SentMessage
from janseva_local.demo.journal import Accepted, Intent, Journal
from janseva_local.demo.options import Planted
from janseva_local.demo.target import Target

STOPPED_FOR_S = 20.0
Plant = Callable[[Target, Journal, Evidence, httpx.AsyncClient], Awaitable[None]]


async def lose(_target: Target, journal: Journal, _evidence: Evidence, _http: httpx.AsyncClient) -> None:
    """A submission that was answered with 202 and forgotten: the journal has it, the suite does not."""
    number = max(journal.intents, default=0) + 1
    journal.about_to_post(Intent(number, "e-complaint", str(uuid.uuid4()), "+919900000000", "hi"))
    now = datetime.now(UTC).isoformat()
    journal.answered(Accepted(number, f"c_{uuid.uuid4().hex[:26]}", "JS-00-LOST-LOST-0", "", now, 1.0))


async def double(target: Target, journal: Journal, evidence: Evidence, _http: httpx.AsyncClient) -> None:
    """A second, different assignment of a case that has one."""
    seen = _first(journal, evidence, AssignedToStation)
    await _emit(target, seen, seen.envelope.data)


async def wrong_paper(target: Target, journal: Journal, evidence: Evidence, _http: httpx.AsyncClient) -> None:
    """A citizen's paper issued a second time, as one of a kind that his service does not yield."""
    seen = _first(journal, evidence, CertificateIssued)
    service = _service_of(journal, seen)
    kind = next(kind for kind, rule in sorted(paper_rules().items()) if service not in rule.services)
    changed = {"kind": kind, "certificate_id": f"p_{uuid.uuid4().hex}"}
    await _emit(target, seen, seen.envelope.data.model_copy(update=changed))


async def documents_twice(target: Target, journal: Journal, evidence: Evidence, _http: httpx.AsyncClient) -> None:
    """The documents of a case completed once more."""
    seen = _first(journal, evidence, DocumentsCompleted)
    own = (one.envelope.data for one in evidence.events if one.envelope.subject == seen.envelope.subject)
    last = max(one.case_seq for one in own if isinstance(one, IntakeEvent))
    await _emit(target, seen, seen.envelope.data.model_copy(update={"case_seq": last + 1}))


async def wrong_person(target: Target, journal: Journal, evidence: Evidence, http: httpx.AsyncClient) -> None:
    """A citizen's message in somebody else's phone."""
    ours = {journal.intents[number].phone: accepted for number, accepted in journal.accepted.items()}
    message = next(one for one in evidence.messages if one.to in ours)
    stranger = next(phone for phone in ours if phone != message.to)
    await _send_again(target, message, stranger, http)


async def late(target: Target, journal: Journal, _evidence: Evidence, http: httpx.AsyncClient) -> None:
    """The emergency lane's SLA worker stands still while deadlines pass, one of them a call's to which nobody comes."""
    pid = target.pid_of("sla-monitor-emergency")
    if pid is None:
        raise RuntimeError("the SLA worker's process is not known: PLANT=late needs a suite on this machine")
    os.kill(pid, signal.SIGSTOP)
    try:
        await _call_for_help(target, journal, http)
        await asyncio.sleep(STOPPED_FOR_S)
    finally:
        os.kill(pid, signal.SIGCONT)


AFTER: dict[Planted, Plant] = {
    Planted.LOSE: lose,
    Planted.DOUBLE: double,
    Planted.WRONG_PERSON: wrong_person,
    Planted.WRONG_PAPER: wrong_paper,
    Planted.DOCUMENTS_TWICE: documents_twice,
}
DURING: dict[Planted, Plant] = {Planted.LATE: late}


def _first(journal: Journal, evidence: Evidence, kind: type[Event]) -> Seen:
    """The first event of this kind in a case of the run. RuntimeError without one: there is nothing to plant upon."""
    ours = {accepted.case_id for accepted in journal.accepted.values()}
    found = (one for one in evidence.events if isinstance(one.envelope.data, kind) and one.envelope.subject in ours)
    seen = next(found, None)
    if seen is None:
        raise RuntimeError(f"no {kind.type} in this run: more citizens are needed")
    return seen


def _service_of(journal: Journal, seen: Seen) -> str:
    numbers = (number for number, one in journal.accepted.items() if one.case_id == seen.envelope.subject)
    return journal.intents[next(numbers)].service_code


async def _emit(target: Target, like: Seen, data: Event) -> None:
    """An event of another id, as its own service would write it."""
    producer = EventProducer(target.kafka_bootstrap, client_id="demo-plant")
    await producer.start()
    try:
        record = encode(data, event_id=str(uuid.uuid4()), source=like.envelope.source)
        await producer.send(like.topic, record)
    finally:
        await producer.stop()


async def _call_for_help(target: Target, journal: Journal, http: httpx.AsyncClient) -> None:
    number, key, phone = max(journal.intents, default=0) + 1_000, str(uuid.uuid4()), "+919900000112"
    journal.about_to_post(Intent(number, "emergency-112", key, phone, "hi"))
    call = {"kinds": ["police"], "location": {"lat": 25.6, "lon": 85.13, "accuracy_m": 40}, "phone": phone}
    response = await http.post(f"{target.urls['intake']}/v1/emergencies", json=call, headers={"Idempotency-Key": key})
    response.raise_for_status()
    answer, now = response.json(), datetime.now(UTC).isoformat()
    journal.answered(Accepted(number, answer["case_id"], answer["tracking_number"], answer["receipt_secret"], now, 1.0))


async def _send_again(target: Target, message: SentMessage, to: str, http: httpx.AsyncClient) -> None:
    params = {
        "username": "janseva",
        "password": target.sms_password,
        "from": "JANSEV",
        "to": to,
        "text": message.text,
        "charset": "UTF-8",
        "coding": "2",
    }
    response = await http.get(f"{target.urls['provider']}/cgi-bin/sendsms", params=params)
    response.raise_for_status()
