"""Every service of the catalogue, filed as its own example says and broken in each of its questions."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from event_schemas import ComplaintFiled
from event_schemas.papers import papers_of
from intake.case.states import Family
from intake.catalogue import Service
from intake.catalogue.questions import title
from intake.commands.table import TABLE
from tests.intake.intake_rig import ASHA, CATALOGUE, START, Rig

SERVICES = {service.code: service for service in CATALOGUE}
FILED = [
    code
    for code, service in SERVICES.items()
    if service.live and service.is_a_complaint and service.family is not Family.EMERGENCY
]
TOMORROW = (START + timedelta(days=2)).date().isoformat()
# What no check takes: wrong in every pattern, and nobody is that young.
WRONG_NUMBER, TOO_YOUNG = "x-?", 3


def body(code: str, attributes: dict[str, Any] | None = None) -> dict[str, Any]:
    example = SERVICES[code].example
    assert example is not None, f"{code} has no example"
    sample = example.model_dump(exclude_none=True)
    return {
        "service_code": code,
        "channel": "web",
        **sample,
        "attributes": {**sample["attributes"]} if attributes is None else attributes,
    }


def answers(code: str) -> dict[str, Any]:
    attributes: dict[str, Any] = body(code)["attributes"]
    return attributes


def needed(service: Service) -> Iterator[str]:
    """The answers of the example without which it is refused: required, or needed because of another answer."""
    given = answers(service.code)
    asked = {*service.attributes.get("required", ())}
    asked |= {name for rule in service.attributes.get("allOf", ()) for name in rule["then"]["required"]}
    for name in sorted(asked & given.keys()):
        rest = {key: value for key, value in given.items() if key != name}
        if any(pointer == f"/{name}" for pointer, _ in CATALOGUE.attribute_errors(service, rest, START)):
            yield name


def faults() -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """(service, what is wrong, attributes, where it is named) of each fault that a filing can have."""
    for code in FILED:
        service, given = SERVICES[code], answers(code)
        yield code, "unknown field", {**given, "nonsense": 1}, "/attributes"
        for name in needed(service):
            yield code, "missing", {key: value for key, value in given.items() if key != name}, f"/attributes/{name}"
        for name, question in service.attributes.get("properties", {}).items():
            at = f"/attributes/{name}"
            if question.get("x-past"):
                late = TOMORROW if question["format"] == "date" else f"{TOMORROW}T10:00:00Z"
                yield code, "future", {**given, name: late}, at
            if question.get("type") == "integer" and "x-check" in question:
                yield code, "too young", {**given, name: TOO_YOUNG}, at
            if question.get("type") == "string" and "x-check" in question and service.wrong_formats == "refused":
                wrong = f"{START.year - TOO_YOUNG}-01-01" if question.get("format") == "date" else WRONG_NUMBER
                yield code, "wrong number", {**given, name: wrong}, at
            if "enum" in question:
                yield code, "no such choice", {**given, name: "nonsense"}, at


FAULTS = list(faults())


@pytest.mark.parametrize("code", FILED)
async def test_every_service_is_filed_by_its_example(intake: Rig, code: str) -> None:
    """202, under the service's own code, with the promised times of the policies."""
    answer = await intake.file(body(code), by=ASHA)
    assert answer.status_code == 202, answer.text
    assert answer.json()["service_code"] == code


async def test_a_fault_is_named_where_it_is(intake: Rig) -> None:
    """Missing, wrong, of the future, unknown: 422 in Hindi, with a pointer to the question."""
    assert {what for _, what, _, _ in FAULTS} == {
        "unknown field", "missing", "future", "too young", "wrong number", "no such choice",
    }  # fmt: skip
    for code, what, attributes, pointer in FAULTS:
        answer = await intake.file(body(code, attributes), by=ASHA, accept_language="hi")
        where = (code, what, pointer)
        assert answer.status_code == 422, where
        found = {error["pointer"]: error["message"] for error in answer.json()["errors"]}
        assert pointer in found, (where, found)
        if what == "missing":
            asked = title(SERVICES[code].attributes, pointer.removeprefix("/attributes"))
            assert asked is not None
            assert asked.hi in found[pointer], where


@pytest.mark.parametrize("code", [code for code in FILED if SERVICES[code].place_required])
async def test_who_gives_no_place_is_asked_for_one(intake: Rig, code: str) -> None:
    """A point, a station, or the place in words: without any, nobody would know where to go."""
    places = {name for name, question in SERVICES[code].attributes["properties"].items() if question.get("x-place")}
    sent = body(code, {name: value for name, value in answers(code).items() if name not in places})
    placeless = {key: value for key, value in sent.items() if key not in {"location", "named_station"}}
    refused = await intake.file(placeless, by=ASHA)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/location"]
    assert (await intake.file({**placeless, "named_station": "5140003"}, by=ASHA)).status_code == 202
    described = {**placeless, "attributes": {**placeless["attributes"], min(places): "अररिया"}}
    assert (await intake.file(described, by=ASHA)).status_code == 202


@pytest.mark.parametrize(
    ("code", "answer", "priority", "notice"),
    [
        ("missing-person", {"child": True}, "urgent", "child_call_112"),
        ("missing-person", {"child": False, "circumstance": "unknown"}, "high", None),
        ("missing-person", {"child": False, "circumstance": "trafficking_feared"}, "urgent", None),
        ("e-fir", {"violence": True}, "urgent", "violence_call_112"),
        ("e-fir", {"stolen": "phone", "make": "x"}, "normal", "ceir_next"),
        ("e-complaint", {"category": "cyber_crime"}, "normal", "call_1930"),
        ("e-complaint", {"category": "theft"}, "normal", None),
        ("lost-property", {"stolen": True}, "normal", "choose_e_fir"),
        ("lost-property", {"item": "mobile_phone"}, "normal", "ceir_next"),
        ("unknown-person", {"needs_doctor": True}, "urgent", "doctor_call_112"),
    ],
)
async def test_answers_make_a_case_urgent_and_set_the_next_step(
    intake: Rig, code: str, answer: dict[str, Any], priority: str, notice: str | None
) -> None:
    """By the data of the service: a missing child goes first, a stolen phone is blocked, a fraud is rung through."""
    filed = await intake.file(body(code, {**answers(code), **answer}), by=ASHA, accept_language="hi")
    assert filed.status_code == 202, filed.text
    assert intake.store.cases[filed.json()["case_id"]].priority == priority
    notes = {one["code"]: one["text"] for one in filed.json()["notices"]}
    texts = CATALOGUE.notices
    assert notes.keys() & texts.keys() >= ({notice} if notice else set())
    assert all(notes[name] == texts[name].hi for name in notes.keys() & texts.keys())
    if notice is None:
        assert not notes.keys() & texts.keys()


@pytest.mark.parametrize(
    ("code", "name"), [("e-fir", "imei"), ("e-fir", "registration_number"), ("e-complaint", "bank_reference")]
)
async def test_a_report_is_accepted_with_a_number_that_looks_wrong(intake: Rig, code: str, name: str) -> None:
    """Nobody is turned away from a report for a digit: it is flagged, and the citizen is asked to compare it."""
    filed = await intake.file(body(code, {**answers(code), name: "12-?"}), by=ASHA)
    assert filed.status_code == 202
    case = intake.store.cases[filed.json()["case_id"]]
    assert {"format_doubtful", f"doubtful:{name}"} <= {*case.flags}
    assert [one["code"] for one in filed.json()["notices"]].count("format_doubtful") == 1
    right = await intake.file(body(code), by=ASHA)
    assert "format_doubtful" not in intake.store.cases[right.json()["case_id"]].flags


async def test_a_child_cannot_be_registered_as_a_worker(intake: Rig) -> None:
    """Under 14, by age or by date of birth: refused with the number of Childline."""
    for wrong in ({"worker_age": 13}, {"worker_date_of_birth": "2013-01-01"}):
        given = {**answers("domestic-help-verification"), **wrong}
        refused = await intake.file(body("domestic-help-verification", given), by=ASHA, accept_language="hi")
        assert "1098" in refused.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("imei", ["490154203237518", "4901542032375182"], ["490154203237519", "49015420323751"]),
        ("vehicle", ["BR01AB1234", "22BH1234AA", "BR1P123", "BHR4321"], ["ABC", "BR01AB12345678901"]),
        ("pan", ["ABCDE1234F"], ["ABCD1234F", "abcde1234f"]),
        ("epic", ["ABC1234567", "BR/01/123/456789"[:13]], ["AB1234567", "1234567"]),
        ("driving_licence", ["BR3820180001234"], ["BR38", "3820180001234BR"]),
        ("passport_file", ["PT1234567890123", "PA1067890123"], ["PT123", "PT12345678901234"]),
        ("mobile", ["9876543210", "+919876543210", "09876543210"], ["1234567890", "987654321"]),
        ("pin", ["854311"], ["054311", "85431"]),
    ],
)
def test_the_form_of_a_number(name: str, right: list[str], wrong: list[str]) -> None:
    check = CATALOGUE.checks[name]
    assert [value for value in right if not check.holds(value, START)] == []
    assert [value for value in wrong if check.holds(value, START)] == []


def test_a_service_yields_the_papers_that_can_be_ordered() -> None:
    """What the catalogue names is what the certificate service writes for an event that intake emits."""
    emitted = {ComplaintFiled.type} | {command.event.type for command in TABLE.values() if command.event}
    for code, service in SERVICES.items():
        ordered = [rule for rule in papers_of(code) if rule.audience == "citizen"]
        orderable = {rule.kind for rule in ordered if rule.ordered_by in emitted}
        assert set(service.yields.papers) == orderable, code


@pytest.mark.parametrize(
    ("code", "changes", "asked"),
    [
        ("e-fir", {"vehicle_type": None}, "vehicle_type"),
        ("e-fir", {"stolen": "document"}, "document_kind"),
        ("e-fir", {"value": None}, "value_unknown"),
        ("e-fir", {"stolen_day": None}, "stolen_day"),
        ("lost-property", {"item": None}, "item"),
        ("character-certificate", {"cases_known": "pending"}, "cases_number"),
        ("tenant-verification", {"tenant_age": None}, "tenant_age"),
        ("tenant-verification", {"tenant_mobile": None}, "tenant_mobile"),
        ("domestic-help-verification", {"worker_age": None}, "worker_age"),
        ("licence-verification", {"licence": "arms_new", "arms_reason": None}, "arms_reason"),
        ("licence-verification", {"licence": "other"}, "licence_words"),
        ("job-verification", {"requester": "employer"}, "candidate_consents"),
        ("recovered-property", {"report": "claim"}, "hidden_mark"),
        ("guard-hiring", {"what": "check"}, "agency_licence"),
    ],
)
async def test_an_answer_asks_for_more(intake: Rig, code: str, changes: dict[str, Any], asked: str) -> None:
    """What is needed by another answer is named, in Hindi, where it is missing."""
    given = {name: value for name, value in {**answers(code), **changes}.items() if value is not None}
    refused = await intake.file(body(code, given), by=ASHA, accept_language="hi")
    found = {error["pointer"]: error["message"] for error in refused.json().get("errors", ())}
    assert f"/attributes/{asked}" in found, found
    assert found[f"/attributes/{asked}"].endswith("आवश्यक है")
