"""Photos of entries, and which entries of two registers may be the same matter."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from chassis.faults import UnknownOutcome
from intake.evidence.sweep import LISTED_WITHIN, SWEPT_AFTER, Swept
from intake.registers.photos import MOST_PIXELS
from tests.intake.intake_rig import ASHA, HQ, OTHER_SHO, SHO, Rig, bearer
from tests.intake.test_intake_registers import add, wanted

DIARY = {"kind": "station_diary", "number": "14/2026", "dated": "2026-11-12"}
IMEI = "490154203237518"
LOST = {"item": "mobile_phone", "description": "Blue phone with a cracked glass", "make": "Nokia", "colour": "blue"}
UNKNOWN = {
    "age": 60,
    "gender": "female",
    "looks": "white hair, five feet",
    "clothes": "green sari",
    "language": "Maithili",
}
MISSING = UNKNOWN | {"name": "Sita Devi", "age": 63, "looks": "5 feet, hair white", "family_agrees": True}


def jpeg(width: int = 1_600, height: int = 1_200) -> bytes:
    """A photo that says where it was made."""
    held = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    Image.new("RGB", (width, height), "teal").save(held, "JPEG", exif=exif)
    return held.getvalue()


async def put(intake: Rig, path: str, content: bytes, by: Any = SHO) -> Any:
    return await intake.http.put(f"{path}/photo", content=content, headers=bearer(by) | {"content-type": "image/jpeg"})


async def test_a_photo_is_stripped_made_small_and_leaves_with_its_entry(intake: Rig) -> None:
    """No metadata, no more pixels than a face needs, sealed in the store; gone when the entry is."""
    entry = await wanted(intake)
    path = f"/v1/desk/registers/wanted/{entry['entry_id']}"
    kept = await put(intake, path, jpeg())
    assert kept.status_code == 200, kept.text
    (item,) = (await intake.get("/v1/registers/wanted?q=rakesh", by=ASHA)).json()["items"]
    shown = await intake.get(item["photo_url"], by=ASHA)
    with Image.open(BytesIO(shown.content)) as picture:
        assert (picture.format, picture.width * picture.height <= MOST_PIXELS) == ("JPEG", True)
    assert b"SECRET-PLACE" not in shown.content
    assert not any(shown.content[:40] in sealed for _, sealed in intake.files.parts.values())
    assert (await intake.get(item["photo_url"])).status_code == 401
    assert (await put(intake, path, jpeg(), by=OTHER_SHO)).status_code == 404
    await put(intake, path, jpeg(20, 20))
    assert len(intake.files.files) == 1
    await intake.post(f"{path}/end", {"reason_code": "arrested"}, by=SHO)
    assert (await intake.get(item["photo_url"], by=ASHA)).status_code == 404


async def test_a_photo_that_an_entry_shows_is_not_swept(intake: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """No case lists it: its entry does. A photo whose entry was not written goes as any orphan does."""
    entry = await wanted(intake)
    path = f"/v1/desk/registers/wanted/{entry['entry_id']}"
    assert (await put(intake, path, jpeg(20, 20))).status_code == 200
    with monkeypatch.context() as patched:
        patched.setattr(intake.entries, "change", _dies)
        assert (await put(intake, path, jpeg(30, 30))).status_code == 503
    intake.clock.advance(LISTED_WITHIN)
    assert await intake.sweep.sweep() == Swept(doubted=1)
    intake.clock.advance(SWEPT_AFTER)
    assert await intake.sweep.sweep() == Swept(orphans=1)
    assert await intake.sweep.sweep_all() == Swept()
    (item,) = (await intake.get("/v1/registers/wanted?q=rakesh", by=ASHA)).json()["items"]
    assert (await intake.get(item["photo_url"], by=ASHA)).status_code == 200


async def _dies(*_: Any) -> None:
    raise UnknownOutcome("the process ends here")


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 no picture", b"\xff\xd8\xff\xe0 broken", b"MZ" * 40], ids=["pdf", "broken", "program"]
)
async def test_a_photo_that_is_none_is_refused(intake: Rig, content: bytes) -> None:
    """And nothing of it is kept."""
    entry = await wanted(intake)
    refused = await put(intake, f"/v1/desk/registers/wanted/{entry['entry_id']}", content)
    assert (refused.status_code, refused.json()["code"]) == (422, "photo_not_a_picture")
    assert intake.files.files == {}


@pytest.mark.parametrize(("age", "public"), [(9, False), (60, True)])
async def test_a_childs_photo_is_for_officers_alone(intake: Rig, age: int, public: bool) -> None:
    """Of an unknown person under 18 the public sees the text, never the face."""
    body = {"since": "2026-11-12", "source": DIARY, "attributes": UNKNOWN | {"age": age}}
    entry = await add(intake, "unknown-persons", body)
    path = f"/v1/desk/registers/unknown-persons/{entry['entry_id']}"
    assert (await put(intake, path, jpeg(40, 40))).status_code == 200
    seen = (await intake.get(f"/v1/registers/unknown-persons/{entry['entry_id']}", by=ASHA)).json()
    assert (seen["photo_url"] is not None) is public
    answer = await intake.get(f"/v1/registers/unknown-persons/{entry['entry_id']}/photo", by=ASHA)
    assert answer.status_code == (200 if public else 404)
    assert (await intake.get(f"{path}/photo", by=SHO)).status_code == 200


async def test_the_arrested_have_no_photo(intake: Rig) -> None:
    """The register of arrests keeps none."""
    body = {
        "since": "2026-11-12",
        "source": {"kind": "arrest_memo", "number": "1/2026", "dated": "2026-11-12"},
        "attributes": {"name": "Rakesh", "age": 30, "offence": "Theft", "kin_of_victim": False},
    }
    entry = await add(intake, "arrested", body)
    refused = await put(intake, f"/v1/desk/registers/arrested/{entry['entry_id']}", jpeg(40, 40))
    assert (refused.status_code, refused.json()["code"]) == (422, "photo_not_kept")
    kin = body | {"attributes": {"name": "Mohan", "age": 30, "offence": "Theft", "kin_of_victim": True}}
    refused = await intake.post("/v1/desk/registers/arrested", kin, by=SHO)
    assert [one["code"] for one in refused.json()["errors"]] == ["reveals_a_victim"]


async def matched(intake: Rig, register: str, entry: dict[str, Any]) -> list[tuple[str, str]]:
    answer = await intake.get(f"/v1/desk/registers/{register}/{entry['entry_id']}/matches", by=SHO)
    return [(one["entry"]["entry_id"], one["by"]) for one in answer.json()["items"]]


async def test_lost_and_recovered_are_proposed_to_the_desk(intake: Rig) -> None:
    """By a number in common, else by item, days and description; what is of another kind is not."""
    report = {"kind": "report", "dated": "2026-11-10"}
    by_number = {"item": "mobile_phone", "description": "found in a bus", "imei": IMEI}
    found = await add(intake, "recovered-property", {"since": "2026-11-15", "source": DIARY, "attributes": by_number})
    alike = LOST | {"description": "phone, blue, glass cracked"}
    also = await add(intake, "recovered-property", {"since": "2026-11-16", "source": DIARY, "attributes": alike})
    other = {"item": "cattle", "description": "Blue phone with a cracked glass"}
    await add(intake, "recovered-property", {"since": "2026-11-16", "source": DIARY, "attributes": other})
    lost = await add(
        intake, "lost-property", {"since": "2026-11-10", "source": report, "attributes": LOST | {"imei": IMEI}}
    )
    assert await matched(intake, "lost-property", lost) == [
        (found["entry_id"], "number"),
        (also["entry_id"], "likeness"),
    ]
    seen = (await intake.get(f"/v1/registers/lost-property/{lost['entry_id']}", by=ASHA)).json()
    assert found["entry_id"] not in str(seen)
    assert {one["field"]: one["text"] for one in seen["fields"]}["imei"] == "…7518"
    assert (
        await intake.get(f"/v1/desk/registers/lost-property/{lost['entry_id']}/matches", by=ASHA)
    ).status_code == 403


async def test_missing_and_unknown_persons_are_proposed_to_the_desk(intake: Rig) -> None:
    """By gender, an age near enough, and looks; not where twenty years lie between."""
    unknown = await add(intake, "unknown-persons", {"since": "2026-11-12", "source": DIARY, "attributes": UNKNOWN})
    await add(intake, "unknown-persons", {"since": "2026-11-13", "source": DIARY, "attributes": UNKNOWN | {"age": 30}})
    missing = await add(intake, "missing-persons", {"since": "2026-11-01", "source": DIARY, "attributes": MISSING})
    assert await matched(intake, "missing-persons", missing) == [(unknown["entry_id"], "likeness")]
    assert (await matched(intake, "unknown-persons", unknown))[0][0] == missing["entry_id"]
    refused = MISSING | {"family_agrees": False}
    answer = await intake.post(
        "/v1/desk/registers/missing-persons", {"since": "2026-11-01", "source": DIARY, "attributes": refused}, by=HQ
    )
    assert answer.status_code == 422


async def test_notorious_and_rewarded_rest_on_a_proclamation_or_an_order_alone(intake: Rig) -> None:
    """Not on a warrant, and kept by a superintendent or headquarters, never by a station."""
    body = {
        "district": "ARARIA",
        "since": "2026-11-10",
        "source": {"kind": "warrant", "number": "1/2026", "dated": "2026-11-10"},
        "attributes": {"name": "Mohan", "age": 41, "offence": "Murder", "reward": 50000},
    }
    refused = await intake.post("/v1/desk/registers/rewarded", body, by=HQ)
    assert [one["code"] for one in refused.json()["errors"]] == ["source_not_accepted"]
    order = body | {"source": {"kind": "reward_order", "number": "7/2026", "dated": "2026-11-10"}}
    assert (await intake.post("/v1/desk/registers/rewarded", order, by=SHO)).status_code == 403
    await add(intake, "rewarded", order, HQ)
    (entry,) = (await intake.get("/v1/registers/rewarded?q=mohan")).json()["items"]
    assert {one["field"]: one["value"] for one in entry["fields"]}["reward"] == 50000
