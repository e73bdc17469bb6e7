"""An event that could be read stops no consumer: what each service reckons from it ends, or is InvalidEvent."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import bson
import pytest

from certificate import records as certificate_records
from certificate import store as certificate_store
from certificate.compose import page_of
from certificate.domain import CaseFile, check_order, orders_of
from certificate.kind_rules import checked
from certificate.page import Page
from certificate.showing import LATER
from chassis.policy_file import read_policies
from chassis.sentences import CodeNames
from event_schemas import ComplaintFiled, Envelope, InvalidEvent, PersonalData, decode, policies
from event_schemas.times import time_of
from intake.case.derived import DERIVED_TYPES, derive
from intake.case.store import updates as intake_updates
from notifier import store as notifier_store
from notifier.handlers import TYPES as HEARD
from notifier.lint import lint
from notifier.rules import plan
from notifier.templates import DEFAULT_PATH
from sla_monitor.domain import engine, record_codec
from sla_monitor.ledger.model import rounds_of
from tests.schemas.odd_records import bent_records, example_bodies, headers_of

BODIES: dict[str, list[dict[str, Any]]] = defaultdict(list)
for _schema, _body in example_bodies():
    BODIES[_schema].append(_body)
POLICIES = read_policies(policies.DEFAULT_PATH)
CODE_NAMES = CodeNames.load()
BOOK = lint(DEFAULT_PATH)
LATEST_MS = 7_258_118_400_000  # 2200-01-01
PAPERS = checked()
CASE = CaseFile(
    case_id="c_1",
    tracking_number="JS-26-7K3M-9QXD-4",
    service_code="",
    filed_at=datetime(2026, 11, 22, tzinfo=UTC),
    district=None,
    attributes={},
    sealed="sealed",
    verification="clear",
)
PERSON = PersonalData(attributes={"lost_at": "9999-12-31T23:59:59-12:00", "date_of_birth": "0001-01-01"})


def into_the_case(event: Envelope) -> None:
    """Intake writes it, so MongoDB's client must be able to."""
    if event.type in DERIVED_TYPES:
        for update in intake_updates.derived_updates(derive(event.event_id, event.data)):
            bson.encode({"filter": update._filter, "update": update._doc})  # noqa: SLF001  what would be sent


def into_the_clocks(event: Envelope) -> None:
    """The worker's entry, what falls due up to the end of time, and the ledger's rounds."""
    record, _ = engine.apply(None, event, POLICIES)
    if record is None:
        return
    assert record_codec.load(event.subject, record_codec.dump(record, engine.next_wake(record, POLICIES))) == record
    for one in rounds_of(record, POLICIES):
        bson.encode({"round": str(one), "decided": time_of(one.decided), "due": time_of(one.due)})
    engine.fire(record, LATEST_MS, POLICIES)


def into_a_message(event: Envelope) -> None:
    if isinstance(event.data, ComplaintFiled):
        bson.encode(notifier_store._card(event.data))  # noqa: SLF001  what would be sent
    if event.type in HEARD:
        plan(event, None, emergency=False, code_names=CODE_NAMES, office_language="hi", book=BOOK, digests={})


def into_a_paper(event: Envelope) -> list[Page]:
    """Each paper that a case of each of its services would get, whatever the report says of when things happened."""
    if isinstance(event.data, ComplaintFiled):
        document = certificate_store._case(event.data, erased=False)  # noqa: SLF001  what would be sent
        bson.encode(document)
        cases = [certificate_records.case_of({"_id": event.subject, **document})]
    else:
        cases = [replace(CASE, service_code=service) for service in sorted(PAPERS.services)]
    return [
        page_of(PAPERS.common, order, check_order(order, case), PERSON, verify_url="https://e.in", qr="<svg/>")
        for case in (cases if PAPERS.may_order(event.data) else ())
        for order in orders_of(PAPERS, event, case)
    ]


@pytest.mark.parametrize("schema", sorted(BODIES))
def test_no_event_that_was_read_is_a_bug_of_ours(schema: str) -> None:
    """Each field of each example as each odd value: what can be read can be reckoned with, or is InvalidEvent."""
    read = 0
    for body in BODIES[schema]:
        for headers, value in bent_records(schema, body):
            try:
                event = decode(headers, value)
            except InvalidEvent:
                continue
            read += 1
            for reckon in (into_the_case, into_the_clocks, into_a_message, into_a_paper):
                try:
                    reckon(event)
                except InvalidEvent as error:
                    assert error.reason_code, reckon  # noqa: PT017  it goes to the dead letters under this
    assert read > len(BODIES[schema])


def test_a_lost_report_of_the_year_9999_is_printed() -> None:
    """With a sentence in the date's place; converting it to India's day ended the service, again at each start."""
    body = next(body for body in BODIES["ComplaintFiled.v1"])
    headers = headers_of("ComplaintFiled.v1", body)
    value = json.dumps({**body, "service_code": "lost-property"}).encode()
    (page,) = into_a_paper(decode(tuple(headers.items()), value))
    assert LATER in str(page.rows)
