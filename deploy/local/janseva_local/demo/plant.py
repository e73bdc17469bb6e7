"""Faults planted on purpose: a reconciliation that does not find them proves nothing."""

import asyncio
import os
import signal
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx

from chassis.kafka.producer import EventProducer
from event_schemas import AssignedToStation, encode
from janseva_local.demo.evidence import Evidence, SentMessage
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
    ours = {accepted.case_id for accepted in journal.accepted.values()}
    seen = next(
        one
        for one in evidence.events
        if isinstance(one.envelope.data, AssignedToStation) and one.envelope.subject in ours
    )
    producer = EventProducer(target.kafka_bootstrap, client_id="demo-plant")
    await producer.start()
    try:
        record = encode(seen.envelope.data, event_id=str(uuid.uuid4()), source="routing")
        await producer.send(seen.topic, record)
    finally:
        await producer.stop()


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


AFTER: dict[Planted, Plant] = {Planted.LOSE: lose, Planted.DOUBLE: double, Planted.WRONG_PERSON: wrong_person}
DURING: dict[Planted, Plant] = {Planted.LATE: late}


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
