"""What is wrong with a filing, for every live service of the catalogue: a clear answer in both languages, and nothing
of it is left behind. `test_intake_services` breaks each question; here the rest of the body is broken.
"""

import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from intake.filing.text import clean_text
from tests.intake.evidence_files import jpeg
from tests.intake.evidence_rig import send
from tests.intake.intake_rig import ASHA, RAVI, Rig
from tests.intake.test_intake_services import FILED, SERVICES, body

Body = dict[str, Any]
HINDI: Final = re.compile("[\u0900-\u097f]")
HELP: Final = {"service_code": "emergency-112", "kinds": ["police"]}
# Characters that are nothing to see, or turn the text around: a text keeps what is left of it.
STRANGE: Final = "\u0000\u202e\u2066\ufeff\u0007"
MANY: Final = 2 * 2**20
INVALID: Final = "validation_failed"
HINDI_DIGITS: Final = str.maketrans("0123456789", "०१२३४५६७८९")

# What is wrong, the body that has it, the status, the code and where it is named.
REFUSED: Final[Mapping[str, tuple[Callable[[Body], Body], int, str, str | None]]] = {
    "2 MB of text": (lambda sent: sent | {"description": "क" * (MANY // 3)}, 413, "body_too_large", None),
    "a text over its length": (lambda sent: sent | {"description": "क" * 10_001}, 422, INVALID, "/description"),
    "answers in a list": (lambda sent: sent | {"attributes": []}, 422, "validation_failed", "/attributes"),
    "a language of no one": (lambda sent: sent | {"language": "xx"}, 422, "validation_failed", "/language"),
    "a channel of the centre": (lambda sent: sent | {"channel": "phone112"}, 422, "validation_failed", "/channel"),
    "an unknown field": (lambda sent: sent | {"urgent": True}, 422, "unknown_field", "/urgent"),
    "a station that is none": (lambda sent: sent | {"named_station": "../1"}, 422, INVALID, "/named_station"),
    "a place as text": (lambda sent: sent | {"location": "Araria"}, 422, "validation_failed", "/location"),
    "a place that is far": (
        lambda sent: sent | {"location": {"lat": 51.5, "lon": -0.1}}, 422, "location_outside_india", "/location",
    ),
    "a place the wrong way round": (
        lambda sent: sent | {"location": {"lat": 87.4659, "lon": 26.1358}}, 422, "location_outside_india", "/location",
    ),
    "a name that shows nothing": (
        lambda sent: sent | {"complainant": {"name": "\u200d\u200b"}}, 422, "validation_failed", "/complainant/name",
    ),
    "a name in a list": (
        lambda sent: sent | {"complainant": {"name": ["आशा"]}}, 422, "validation_failed", "/complainant/name",
    ),
    "an officer's part": (
        lambda sent: sent | {"counter": {"read_back": True}}, 422, "validation_failed", "/counter/confirmation",
    ),
}  # fmt: skip


TIP: Final = {"about": "liquor", "text": "पुल के नीचे रोज शराब बिकती है", "district": "अररिया"}


# As above, of a tip: it has a body of its own, and no member for a person.
REFUSED_TIPS: Final[Mapping[str, tuple[Callable[[Body], Any], int, str, str | None]]] = {
    "2 MB of text": (lambda sent: sent | {"text": "क" * (MANY // 3)}, 413, "body_too_large", None),
    "a text over its length": (lambda sent: sent | {"text": "क" * 10_001}, 422, INVALID, "/text"),
    "a text that shows nothing": (lambda sent: sent | {"text": STRANGE}, 422, INVALID, "/text"),
    "no text": (lambda sent: {"about": sent["about"]}, 422, INVALID, "/text"),
    "a text in a list": (lambda sent: sent | {"text": ["क"]}, 422, INVALID, "/text"),
    "no matter": (lambda sent: {"text": sent["text"]}, 422, INVALID, "/about"),
    "a matter of no one": (lambda sent: sent | {"about": "weather"}, 422, INVALID, "/about"),
    "a district that is none": (lambda sent: sent | {"district": "Atlantis"}, 422, INVALID, "/district"),
    "a place over its length": (lambda sent: sent | {"where": "क" * 301}, 422, INVALID, "/where"),
    "perhaps": (lambda sent: sent | {"still_going_on": "perhaps"}, 422, INVALID, "/still_going_on"),
    "a language of no one": (lambda sent: sent | {"language": "xx"}, 422, INVALID, "/language"),
    "a phone": (lambda sent: sent | {"phone": "9876543210"}, 422, "unknown_field", "/phone"),
    "a name": (lambda sent: sent | {"complainant": {"name": "आशा"}}, 422, "unknown_field", "/complainant"),
    "a list": (lambda sent: [sent], 422, INVALID, None),
}  # fmt: skip


def left(intake: Rig) -> tuple[int, ...]:
    return (
        len(intake.store.cases), len(intake.store.published), len(intake.store.entries), len(intake.files.files),
        len(intake.tips.opens), len(intake.entries.entries),
    )  # fmt: skip


async def test_what_is_wrong_is_answered_in_both_languages_and_leaves_nothing(intake: Rig) -> None:
    """Status, stable code, where it is, a Hindi and an English sentence, the number of help; no case and no event."""
    before, found = left(intake), []
    for code in FILED:
        for what, (broken, status, problem, pointer) in REFUSED.items():
            for language in ("hi", "en"):
                answer = await intake.file(broken(body(code)), by=ASHA, accept_language=language)
                read = answer.json()
                shown = [error["message"] for error in read.get("errors", ()) if error.get("pointer") == pointer]
                sentences = [read["title"], *shown]
                fitting = all(bool(HINDI.search(text)) == (language == "hi") for text in sentences)
                right = (answer.status_code, read["code"], read["call"]) == (status, problem, "tel:112")
                if not (right and fitting and (pointer is None or shown)):
                    found.append((code, what, language, read))
    assert found == []
    assert left(intake) == before


@pytest.mark.parametrize("code", FILED)
async def test_what_is_odd_and_means_something_is_accepted(intake: Rig, code: str) -> None:
    """Hindi digits in a phone number, characters that show nothing, texts written from the right: kept as they read."""
    sent = body(code)
    person = dict(sent.get("complainant") or {}) | {"name": f"आशा{STRANGE} देवी", "address": "وارڈ ۴، ارریہ"}
    odd = sent | {
        "complainant": person | {"phone": "9876543210".translate(HINDI_DIGITS)},
        "description": f"{STRANGE}मेरी बात \u200d{STRANGE}",
    }
    answer = await intake.file(odd, by=ASHA)
    assert answer.status_code == 202, answer.text
    kept = intake.personal(answer.json()["case_id"])
    assert kept.name == "आशा देवी"
    assert kept.description == clean_text(odd["description"])
    assert not set(STRANGE) & set(f"{kept.name}{kept.description}{kept.address}")
    # A login's own number is the case's, whatever the body says.
    assert kept.phone == ASHA.phone


@pytest.mark.parametrize("code", FILED)
async def test_what_is_sent_twice_is_one_case_by_its_key_alone(intake: Rig, code: str) -> None:
    """The same key gives the first answer, and with another body a clear refusal; another key is another case, and the
    same key of somebody else is his own.
    """
    key, sent = str(uuid.uuid4()), body(code)
    first = await intake.file(sent, by=ASHA, idempotency_key=key)
    again = await intake.file(sent, by=ASHA, idempotency_key=key)
    assert (first.status_code, again.json()) == (202, first.json())
    other = await intake.file(sent | {"description": "और कुछ"}, by=ASHA, idempotency_key=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert len(intake.store.cases) == 1
    twice = await intake.file(sent, by=ASHA)
    theirs = await intake.file(sent, by=RAVI, idempotency_key=key)
    assert (twice.status_code, theirs.status_code) == (202, 202)
    assert len({first.json()["case_id"], twice.json()["case_id"], theirs.json()["case_id"]}) == 3


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("path", ["/v1/complaints", "/v1/emergencies"])
async def test_no_emergency_is_refused_for_any_of_it(intake: Rig, what: str, path: str) -> None:
    """The same faults in a call for help: 202, a case in the emergency lane, without and with a token nobody knows."""
    sent = REFUSED[what][0](dict(HELP))
    answer = await intake.post(path, sent, by=None, authorization="Bearer nobody's")
    assert answer.status_code == 202, answer.text
    assert intake.store.cases[answer.json()["case_id"]].lane == "emergency"


def test_the_table_covers_each_family_that_files() -> None:
    """A service that is added to the catalogue is walked without a line here."""
    families = {SERVICES[code].family for code in FILED}
    assert {"complaint", "report", "verification", "certificate", "registration", "help", "visit"} <= families


async def test_a_tip_that_is_wrong_is_named_and_leaves_nothing(intake: Rig) -> None:
    """By the body's own members, in both languages; no case, no event, and nobody is counted."""
    before, found = left(intake), []
    for what, (broken, status, problem, pointer) in REFUSED_TIPS.items():
        for language in ("hi", "en"):
            key = str(uuid.uuid4())
            answer = await intake.post("/v1/tips", broken(dict(TIP)), idempotency_key=key, accept_language=language)
            read = answer.json()
            shown = [error["message"] for error in read.get("errors", ()) if error.get("pointer") == pointer]
            fitting = all(bool(HINDI.search(text)) == (language == "hi") for text in [read["title"], *shown])
            right = (answer.status_code, read["code"], read["call"]) == (status, problem, "tel:112")
            if not (right and fitting and (pointer is None or shown)):
                found.append((what, language, answer.status_code, read))
    assert found == []
    assert left(intake) == before


def documents(code: str) -> dict[str, bool]:
    """Whether each paper that the service asks for is required."""
    return {document.code: document.required for document in SERVICES[code].documents}


@pytest.mark.parametrize("code", FILED)
async def test_a_paper_that_is_missing_is_shown_and_waited_for(intake: Rig, code: str) -> None:
    """The status names each with its title; the papers are complete with the last that is required, once, and not
    before. What nobody asked for, or is no file, is refused in both languages and leaves nothing.
    """
    filed = await intake.filed(body(code))
    asked, photo = documents(code), jpeg(size=(8, 8))
    required = [name for name, needed in asked.items() if needed]
    for wrong, content in (("dream", photo), (next(iter(asked), None), b"")):
        before = left(intake)
        for language in ("hi", "en"):
            answer = await send(intake, filed, content, document_type=wrong, accept_language=language)
            assert answer.status_code in (400, 415, 422), (wrong, answer.text)
            assert bool(HINDI.search(answer.json()["title"])) == (language == "hi")
        assert left(intake) == before
    for number, name in enumerate(required):
        assert "DocumentsCompleted" not in types(intake, filed)
        url = f"/v1/complaints/{filed['tracking_number']}"
        shown = (await intake.get(url, x_receipt=filed["receipt_secret"], accept_language="hi")).json()["documents"]
        assert {one["code"]: (one["required"], one["received"]) for one in shown} == {
            other: (needed, other in required[:number]) for other, needed in asked.items()
        }
        assert all(HINDI.search(one["name"]) for one in shown)
        assert (await send(intake, filed, photo, document_type=name)).status_code == 201
    assert types(intake, filed).count("DocumentsCompleted") == bool(required)


def types(intake: Rig, filed: Mapping[str, Any]) -> list[str]:
    return [event.type for event in intake.events(filed["case_id"])]


def test_papers_are_missed_in_each_family_that_asks_for_them() -> None:
    """A service that is added is walked without a line here."""
    asking = {service.family for service in SERVICES.values() if any(one.required for one in service.documents)}
    assert asking == {SERVICES[code].family for code in FILED if any(documents(code).values())}
    assert {"verification", "certificate"} <= asking
