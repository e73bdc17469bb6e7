"""No text that a stranger sends costs intake out of proportion to its length: bytes are capped before the work."""

import uuid

import httpx
import pytest

from tests.intake.intake_rig import COMPLAINT, Rig
from tests.worst_inputs import Ask, too_dear, with_text, worst_bodies, worst_texts

LENGTH = 60_000
FILING = (
    ("complainant", "name"),
    ("complainant", "phone"),
    ("complainant", "address"),
    ("description",),
    ("location", "address"),
    ("named_station",),
    ("service_code",),
    ("language",),
    ("attributes", "category"),
    ("attributes", "accused"),
    ("attributes", "incident_at"),
)
LOST = (("attributes", "imei"), ("attributes", "document_number"), ("attributes", "lost_at"))
EMERGENCY = (
    ("phone",),
    ("name",),
    ("note",),
    ("address",),
    ("kind",),
    ("location", "address"),
    ("location", "lat"),
    ("location",),
    ("call_received_at",),
)
DESK = {
    "acknowledge": (("reported_at",),),
    "transfer": (("to_station",), ("reason_code",)),
    "schedule-hearing": (("starts_at",), ("place",), ("join_url",)),
    "pause-clock": (("clock_id",), ("until",)),
    "reveal": (("reason",),),
}


def poster(http: httpx.AsyncClient, path: str, token: str | None) -> Ask:
    async def ask(body: bytes) -> httpx.Response:
        headers = {"content-type": "application/json", "idempotency-key": uuid.uuid4().hex}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        return await http.post(path, content=body, headers=headers)

    return ask


@pytest.mark.parametrize("path", FILING, ids=".".join)
async def test_a_filing_costs_by_its_length(intake: Rig, path: tuple[str, ...]) -> None:
    bodies = {name: with_text(COMPLAINT, path, text) for name, text in worst_texts(LENGTH).items()}
    assert await too_dear(poster(intake.http, "/v1/complaints", "citizen:asha"), bodies) == {}


@pytest.mark.parametrize("path", LOST, ids=".".join)
async def test_a_lost_report_costs_by_its_length(intake: Rig, path: tuple[str, ...]) -> None:
    report = {**COMPLAINT, "service_code": "lost-property", "attributes": {"item": "bag"}}
    bodies = {name: with_text(report, path, text) for name, text in worst_texts(LENGTH).items()}
    assert await too_dear(poster(intake.http, "/v1/complaints", "citizen:asha"), bodies) == {}


@pytest.mark.parametrize("path", EMERGENCY, ids=".".join)
async def test_an_emergency_costs_by_its_length_and_is_accepted(intake: Rig, path: tuple[str, ...]) -> None:
    ask = poster(intake.http, "/v1/emergencies", None)
    texts = worst_texts(LENGTH)
    bodies = {name: with_text({"kind": "police"}, path, text) for name, text in texts.items()}
    assert await too_dear(ask, bodies) == {}
    assert (await ask(bodies["marks out of order"])).status_code == 202


async def test_a_long_text_within_the_limit_costs_by_its_length(intake: Rig) -> None:
    """Texts of the longest accepted length, so that nothing is refused for it."""
    bodies = {name: with_text(COMPLAINT, ("description",), text) for name, text in worst_texts(9_900).items()}
    assert await too_dear(poster(intake.http, "/v1/complaints", "citizen:asha"), bodies) == {}


@pytest.mark.parametrize(("path", "size"), [("/v1/complaints", 700_000), ("/v1/emergencies", 150_000)])
async def test_a_body_of_odd_shape_costs_by_its_length(intake: Rig, path: str, size: int) -> None:
    """Nesting, names, numbers and errors without end, refused or read."""
    assert await too_dear(poster(intake.http, path, "citizen:asha"), worst_bodies(size)) == {}


@pytest.mark.parametrize("command", DESK)
async def test_a_command_costs_by_its_length(intake: Rig, command: str) -> None:
    ask = poster(intake.http, f"/v1/desk/cases/c_x/{command}", "dev-sho")
    for path in DESK[command]:
        bodies = {name: with_text({}, path, text) for name, text in worst_texts(LENGTH).items()}
        assert await too_dear(ask, bodies) == {}, path
    assert await too_dear(ask, worst_bodies(200_000)) == {}


async def test_a_number_in_an_address_costs_by_its_length(intake: Rig) -> None:
    """A tracking number of 8,000 characters is mistyped, at once."""
    for text in worst_texts(8_000).values():
        answer = await intake.http.get("/v1/complaints/" + "".join(f"%{byte:02x}" for byte in text.encode()[:8_000]))
        assert answer.status_code in {400, 404}


@pytest.mark.parametrize(("lists", "is_ordered"), [(10, True), (50_000, False)])
async def test_a_large_emergency_is_repeated_by_its_bytes_alone(intake: Rig, lists: int, *, is_ordered: bool) -> None:
    """Its members are never put in order, which costs; the bytes are the same in every repeat that a client makes."""
    rest, key = b'"rest": [' + b"[]," * lists + b"1]", uuid.uuid4().hex

    async def ask(body: bytes) -> str:
        answer = await intake.http.post("/v1/emergencies", content=body, headers={"idempotency-key": key})
        assert answer.status_code == 202
        return str(answer.json()["case_id"])

    first = await ask(b'{"kind": "police", ' + rest + b"}")
    assert await ask(b'{"kind": "police", ' + rest + b"}") == first
    assert (await ask(b"{" + rest + b', "kind": "police"}') == first) is is_ordered


async def test_a_version_without_end_is_no_version(intake: Rig) -> None:
    """Digits by the thousand in If-Match are refused as any other version that is not the case's."""
    filed = await intake.filed(COMPLAINT)
    await intake.assign(filed["case_id"])
    answer = await intake.command(filed["case_id"], "acknowledge", if_match='"' + "9" * 5_000 + '"')
    assert answer.status_code == 412
