"""The registers: what people find in them, and what never stands there."""

from datetime import timedelta
from typing import Any

import pytest

from intake.auth import Principal
from intake.registers.keys import place_of, sounds_of
from intake.registers.kinds import load_registers
from intake.registers.model import Kind
from tests.intake.intake_rig import ASHA, COUNTER, HQ, OTHER_SHO, SHO, SP, Rig

KINDS = list(load_registers())
WARRANT = {"kind": "warrant", "number": "C-214/2026", "dated": "2026-11-09"}
RAKESH = {"name": "Rakesh Kumar Singh", "age": 34, "gender": "male", "offence": "Robbery", "locality": "Kursakanta"}


def example(kind: Kind, **over: Any) -> dict[str, Any]:
    given = kind.example.model_dump(mode="json")
    given["attributes"] |= over
    return given


async def add(intake: Rig, register: str, body: dict[str, Any], by: Principal = SHO) -> dict[str, Any]:
    answer = await intake.post(f"/v1/desk/registers/{register}", body, by=by)
    assert answer.status_code == 201, answer.text
    added: dict[str, Any] = answer.json()
    return added


async def wanted(intake: Rig, by: Principal = SHO, **over: Any) -> dict[str, Any]:
    return await add(intake, "wanted", {"since": "2026-11-10", "source": WARRANT, "attributes": RAKESH | over}, by)


async def found(intake: Rig, query: str, register: str = "wanted") -> list[str]:
    answer = await intake.get(f"/v1/registers/{register}?{query}", by=ASHA)
    assert answer.status_code == 200, answer.text
    return [one["entry_id"] for one in answer.json()["items"]]


@pytest.mark.parametrize(
    "spelt",
    ["Rakesh", "राकेश", "rakes kumar", "राकेश सिंह", "RAKESH SINGH", "raakesh", "kumar sinh", "कुमार राकेश", "robbery"],
)
async def test_a_name_is_found_in_either_script_and_in_any_spelling(intake: Rig, spelt: str) -> None:
    """Who reads a name in a newspaper need not know how the station wrote it."""
    entry = await wanted(intake)
    await wanted(intake, name="Mohan Yadav", offence="Theft")
    assert await found(intake, f"q={spelt}") == [entry["entry_id"]]


async def test_what_is_spelt_like_nothing_there_is_looked_for_by_its_consonants(intake: Rig) -> None:
    """Suresh is found as Surosh, and the next page of such a search is one too."""
    entries = [
        (await wanted(intake, name="Suresh Paswan", age=age, alias=str(age) * 4))["entry_id"] for age in (30, 31, 32)
    ]
    first = (await intake.get("/v1/registers/wanted?q=Surosh&limit=2", by=ASHA)).json()
    second = (await intake.get(f"/v1/registers/wanted?q=Surosh&limit=2&cursor={first['next_cursor']}", by=ASHA)).json()
    shown = [one["entry_id"] for one in (*first["items"], *second["items"])]
    assert (len(first["items"]), sorted(shown)) == (2, sorted(entries))
    assert second["next_cursor"] is None
    assert await found(intake, "q=Bhola") == []


async def test_an_entry_is_read_in_the_readers_language(intake: Rig) -> None:
    """Titles, the offence's source and choices are words of the language; the page says what to make of it."""
    await wanted(intake)
    page = (await intake.get("/v1/registers/wanted?q=rakesh", by=ASHA, accept_language="hi")).json()
    (entry,) = page["items"]
    assert entry["source"]["kind_text"] == "न्यायालय का वारंट"
    texts = {one["field"]: (one["title"], one["text"]) for one in entry["fields"]}
    assert texts["gender"] == ("लिंग", "पुरुष")
    assert "112" in page["note"]
    assert (
        await intake.get(f"/v1/registers/wanted/{entry['entry_id']}", by=ASHA, accept_language="hi")
    ).json() == entry


async def test_who_is_acquitted_leaves_at_once(intake: Rig) -> None:
    """An ended entry is in no list and has no page; officers still read who ended it and why."""
    entry = await wanted(intake)
    path = f"/v1/desk/registers/wanted/{entry['entry_id']}"
    refused = await intake.post(f"{path}/end", {"reason_code": "tired"}, by=SHO)
    assert refused.status_code == 422
    assert "acquitted" in refused.json()["reasons"]
    ended = await intake.post(f"{path}/end", {"reason_code": "acquitted"}, by=SHO)
    assert ended.json()["ended"]["text"] == "Acquitted"
    assert await found(intake, "q=rakesh") == []
    assert (await intake.get(f"/v1/registers/wanted/{entry['entry_id']}", by=ASHA)).status_code == 404
    kept = (await intake.get(path, by=SHO)).json()
    assert [one["act"] for one in kept["history"]] == ["added", "ended"]
    assert kept["history"][1]["by_post"] == SHO.post
    again = await intake.post(f"{path}/correct", {"reason": "too late", "attributes": {"age": 35}}, by=SHO)
    assert (again.status_code, again.json()["code"]) == (409, "entry_ended")


async def test_an_entry_leaves_when_its_day_is_over(intake: Rig) -> None:
    """By the clock itself, before any sweep; the sweep then makes room for a new one."""
    await wanted(intake)
    intake.clock.advance(timedelta(days=731))
    assert await found(intake, "q=rakesh") == []
    assert await intake.entries.sweep(intake.clock.now()) == 1


async def test_each_kind_accepts_its_example_and_shows_it(intake: Rig) -> None:
    """What a register's file gives as an example is accepted from an officer who keeps it, and found."""
    for kind in KINDS:
        given = example(kind)
        keeper = HQ if "sho" not in kind.kept_by else SHO
        await add(intake, kind.kind, given | {"district": "ARARIA"}, keeper)
        days = f"&from={given['since']}&until={given['since']}" if kind.window else ""
        answer = await intake.get(f"/v1/registers/{kind.kind}?district=Araria{days}", by=ASHA)
        assert [one["kind"] for one in answer.json()["items"]] == [kind.kind], answer.text


async def test_registers_that_name_people_are_not_listed_as_a_whole(intake: Rig) -> None:
    """A name, a district or a station is asked for, in words of both languages."""
    refused = await intake.get("/v1/registers/wanted", by=ASHA, accept_language="hi")
    assert (refused.status_code, refused.json()["code"]) == (422, "search_too_wide")
    assert "नाम, जिला, थाना" in refused.json()["detail"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
async def test_a_login_is_needed_where_the_register_asks_for_it(intake: Rig, kind: Kind) -> None:
    """Notorious and rewarded are for everybody; the others for citizens who have logged in."""
    path = f"/v1/registers/{kind.kind}?district=Araria&from=2026-11-01&until=2026-11-20"
    stranger = await intake.get(path)
    assert stranger.status_code == (200 if kind.login == "none" else 401)


async def test_officers_keep_their_own_charge_alone(intake: Rig) -> None:
    """Another station's officer, a counter and another's district: 404 or 403, and nothing changes."""
    entry = await wanted(intake)
    path = f"/v1/desk/registers/wanted/{entry['entry_id']}"
    assert (await intake.get(path, by=OTHER_SHO)).status_code == 404
    assert (await intake.post(f"{path}/end", {"reason_code": "acquitted"}, by=OTHER_SHO)).status_code == 404
    body = {"since": "2026-11-10", "source": WARRANT, "attributes": RAKESH}
    assert (await intake.post("/v1/desk/registers/wanted", body, by=COUNTER)).status_code == 403
    assert (await intake.post("/v1/desk/registers/wanted", body | {"district": "PATNA"}, by=SP)).status_code == 403
    assert (await intake.post("/v1/desk/registers/wanted", body | {"station": "5140012"}, by=SHO)).status_code == 403
    assert (await intake.get(path, by=SP)).status_code == 200
    assert (await intake.get("/v1/desk/registers/wanted?station=5140012", by=SHO)).status_code == 403


async def test_a_correction_keeps_what_was_and_meets_a_stale_screen(intake: Rig) -> None:
    """Given members replace those before, null takes one away; 412 for a version that is not the newest."""
    entry = await wanted(intake)
    path = f"/v1/desk/registers/wanted/{entry['entry_id']}/correct"
    body = {"reason": "उम्र गलत थी", "attributes": {"age": 36, "locality": None}}
    done = await intake.post(path, body, by=SHO, if_match='"1"')
    fields = {one["field"]: one["value"] for one in done.json()["fields"]}
    assert fields == {"name": RAKESH["name"], "age": 36, "gender": "male", "offence": "Robbery"}
    stale = await intake.post(path, body, by=SHO, if_match='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "version_mismatch")


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"attributes": RAKESH | {"age": 17}}, "entry_never_published", "/attributes/age"),
        ({"attributes": {"name": "Rakesh"}}, "validation_failed", "/attributes/age"),
        ({"attributes": RAKESH | {"name": "\u200b\u200b"}}, "validation_failed", "/attributes/name"),
        ({"attributes": RAKESH | {"caste": "x"}}, "validation_failed", "/attributes"),
        ({"source": {"kind": "history_sheet", "dated": "2026-11-01"}}, "validation_failed", "/source/kind"),
        ({"source": {"kind": "warrant", "dated": "2026-11-01"}}, "validation_failed", "/source/number"),
        ({"source": WARRANT | {"dated": "2027-01-01"}}, "validation_failed", "/source/dated"),
        ({"since": "2027-01-01"}, "validation_failed", "/since"),
        ({"since": "2020-01-01"}, "validation_failed", "/since"),
        ({"since": 20261110}, "validation_failed", "/since"),
        ({"ends_on": "2026-11-01"}, "validation_failed", "/ends_on"),
        ({"ends_on": "2099-11-01"}, "validation_failed", "/ends_on"),
        ({"photo": "x"}, "unknown_field", "/photo"),
    ],
)
async def test_what_is_wrong_is_named_and_refused(intake: Rig, body: dict[str, Any], code: str, pointer: str) -> None:
    """A child, no source, no end, days that can't be: each with its place in the body."""
    given = {"since": "2026-11-10", "source": WARRANT, "attributes": RAKESH} | body
    refused = await intake.post("/v1/desk/registers/wanted", given, by=SHO)
    assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
    assert pointer in [one["pointer"] for one in refused.json()["errors"]]
    assert intake.entries.entries == {}


async def test_the_same_entry_is_not_there_twice(intake: Rig) -> None:
    """Sent again, spelt otherwise or in the other script, it is the same; another paper makes another entry."""
    await wanted(intake)
    given = {"since": "2026-11-10", "source": WARRANT, "attributes": RAKESH | {"name": "राकेश कुमार सिंह"}}
    again = await intake.post("/v1/desk/registers/wanted", given, by=SHO)
    assert (again.status_code, again.json()["code"]) == (409, "entry_exists")
    await add(intake, "wanted", given | {"source": WARRANT | {"number": "C-9/2026"}})


async def test_hostile_searches_get_clear_answers(intake: Rig) -> None:
    """Nothing, signs alone, very long, operators of the store, a broken cursor: an empty page or a problem."""
    await wanted(intake)
    for q in ("%24ne", "...", "%00", "🙂", "~", "%22%7B%7D", "a" * 200):
        assert await found(intake, f"q={q}&district=Araria") == [], q
    for query in (
        "q=" + "a" * 201,
        "q=x&cursor=nonsense*",
        "q=x&limit=0",
        "q=x&from=yesterday",
        "q=x&gender=cat",
        "q=x&x=1",
    ):
        answer = await intake.get(f"/v1/registers/wanted?{query}", by=ASHA)
        assert answer.status_code in (400, 422), query
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Mohammad", "मोहम्मद"), ("Md", "Muhammad"), ("Pandey", "पाण्डेय"), ("Lakshmi", "Laxmi"), ("विकास", "Bikash")],
)
def test_names_that_are_one_sound_alike(one: str, other: str) -> None:
    """The spellings that Bihar's papers have of one name."""
    assert sounds_of(one) == sounds_of(other)


def test_districts_are_one_in_either_script() -> None:
    """And those of other names are others."""
    assert place_of("ARARIA") == place_of("अररिया") == place_of("Araria")
    assert place_of("Patna") != place_of("Purnia")
