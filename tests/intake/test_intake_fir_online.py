"""FIRs online: only what an officer released, and nothing to be learnt of the others."""

from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest

from event_schemas import FIRPublished
from intake.auth import Principal
from intake.fir.numbers import fir_key
from intake.fir.sections import never_online, read_section
from tests.intake.intake_rig import ASHA, COMPLAINT, COUNTER, HQ, OTHER_SHO, SDPO, SHO, SP, Rig, rig

TEXT = "सूचक के अनुसार बाजार से साइकिल चोरी हुई। अनुसंधान जारी है।"
READ = "/v1/registers/fir?station={station}&year={year}&number={number}"
FIR = {"station": "5140003", "year": 2026, "number": "45/2026"}
ELSEWHERE: dict[str, Any] = {"registered_at": "2026-11-20T10:00:00+05:30", "sections": ["303(2)"]}


async def registered(intake: Rig, number: str = "45/2026", sections: tuple[str, ...] = ("303(2)",)) -> str:
    """A case of the station whose FIR has this number."""
    filed = await intake.filed(COMPLAINT)
    await intake.assign(filed["case_id"])
    await intake.command(filed["case_id"], "acknowledge")
    done = await intake.command(filed["case_id"], "register-fir", {"fir_number": number, "sections": list(sections)})
    assert done.status_code == 202, done.text
    return str(filed["case_id"])


async def release(intake: Rig, by: Principal = SHO, **over: Any) -> Any:
    body = {**FIR, "text": TEXT, "redacted": True} | over
    return await intake.post("/v1/desk/registers/fir/release", body, by=by)


async def withhold(intake: Rig, by: Principal = SDPO, **over: Any) -> Any:
    return await intake.post("/v1/desk/registers/fir/withhold", {**FIR, "reason": "पीड़ित की पहचान"} | over, by=by)


async def read(intake: Rig, **over: Any) -> Any:
    return await intake.get(READ.format(**FIR | over))


async def pending(intake: Rig, by: Principal = SHO) -> list[tuple[str, str]]:
    items = (await intake.get("/v1/desk/registers/fir", by=by)).json()["items"]
    return [(one["number"], one["due_at"]) for one in items]


async def test_a_registered_fir_waits_is_released_and_read_by_anybody(intake: Rig) -> None:
    """It waits on the desk of its station with the hour by which it must be decided; then its text is public."""
    await registered(intake)
    assert (await read(intake)).json()["code"] == "fir_not_online"
    assert await pending(intake) == [("45/2026", "2026-11-23T06:30:00Z")]
    assert await pending(intake, by=OTHER_SHO) == []
    released = await release(intake)
    assert (released.status_code, released.json()["state"]) == (200, "online"), released.text
    for number in ("45", "45/2026", "0045/26", "कांड संख्या ४५/२६"):
        assert (await read(intake, number=number)).json()["text"] == TEXT, number
    assert await pending(intake) == []
    online = (await intake.get("/v1/desk/registers/fir?state=online", by=SHO)).json()["items"]
    assert [(one["number"], one["by_post"]) for one in online] == [("45/2026", SHO.post)]


async def test_a_withheld_fir_is_gone_and_only_such_a_post_brings_it_back(intake: Rig) -> None:
    """A Deputy Superintendent or higher withholds, with a reason that officers alone read."""
    await registered(intake)
    await release(intake)
    assert (await withhold(intake, by=SHO)).status_code == 403
    assert (await withhold(intake, by=COUNTER)).status_code == 403
    assert (await withhold(intake, reason="")).status_code == 422
    done = await withhold(intake)
    assert (done.status_code, done.json()["by_post"]) == (200, SDPO.post), done.text
    assert (await read(intake)).json()["code"] == "fir_not_online"
    assert (await release(intake)).status_code == 403
    assert (await release(intake, by=SP)).status_code == 200
    assert (await read(intake)).json()["text"] == TEXT


async def test_a_release_is_the_event_on_which_the_clocks_of_publication_end(intake: Rig) -> None:
    """Emitted once with the release; neither a release after withholding nor the officer's own command repeats it."""
    case_id = await registered(intake)

    def published() -> list[str]:
        return [str(one.portal) for one in intake.events(case_id) if isinstance(one, FIRPublished)]

    await release(intake)
    assert published() == ["fir_online"]
    assert intake.store.cases[case_id].fir is not None
    assert (await intake.command(case_id, "publish-fir", {})).json()["code"] == "fir_not_publishable"
    await withhold(intake)
    assert (await release(intake, by=SP)).status_code == 200
    assert published() == ["fir_online"]
    seqs = [one.case_seq for one in intake.events(case_id) if hasattr(one, "case_seq")]
    assert seqs == sorted(set(seqs))


async def test_what_an_officer_put_online_by_command_is_not_emitted_again_by_its_release(intake: Rig) -> None:
    """The order of the two does not matter."""
    case_id = await registered(intake)
    assert (await intake.command(case_id, "publish-fir", {})).status_code == 202
    await release(intake)
    assert sum(isinstance(one, FIRPublished) for one in intake.events(case_id)) == 1
    assert await pending(intake) == []


async def test_public_look_ups_of_one_address_are_limited_together() -> None:
    """Over the limit 429 with the time to wait, for FIRs and registers alike; another window begins anew."""
    async with rig(searches_per_source=3) as intake:
        for path in (READ.format(**FIR), "/v1/registers/notorious", "/v1/registers/rewarded"):
            assert (await intake.get(path)).status_code != 429, path
        for path in (READ.format(**FIR), "/v1/registers/notorious", "/v1/registers/notorious/none"):
            refused = await intake.get(path)
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests"), path
            assert 0 < int(refused.headers["Retry-After"]) <= 600
        assert (await intake.get("/v1/desk/registers/fir", by=SHO)).status_code == 200
        intake.clock.advance(timedelta(minutes=10))
        assert (await intake.get(READ.format(**FIR))).status_code == 404


async def test_sensitive_firs_are_never_online(intake: Rig) -> None:
    """Neither of a sensitive case, nor with a section that the court keeps back, whoever asks."""
    await registered(intake, sections=("64",))
    assert await pending(intake) == []
    refused = await release(intake, by=SP)
    assert (refused.status_code, refused.json()["code"]) == (409, "fir_never_online")
    for sections in (["POCSO 4"], ["303(2)", "74"]):
        refused = await release(intake, number="46/2026", **ELSEWHERE | {"sections": sections})
        assert refused.json()["code"] == "fir_never_online", sections
    assert intake.firs.texts == {}


@pytest.mark.parametrize(
    ("sections", "kept"),
    [
        (["303(2)"], False),
        (["103"], False),
        (["64(2)"], True),
        (["113"], True),
        (["UAPA 16"], True),
        (["ARMS 25"], False),
    ],
)
def test_which_sections_are_kept_back(sections: list[str], kept: bool) -> None:
    """Theft and murder are public; sexual offences, terrorism and children's Acts are not."""
    assert never_online([read_section(one) for one in sections]) is kept


async def test_an_fir_of_elsewhere_needs_its_time_and_sections(intake: Rig) -> None:
    """What was registered on paper can be put online too."""
    assert (await release(intake)).json()["code"] == "fir_unknown"
    assert (await release(intake, registered_at=ELSEWHERE["registered_at"])).json()["code"] == "fir_unknown"
    assert (await release(intake, **ELSEWHERE)).status_code == 200
    assert (await read(intake)).json()["registered_at"] == "2026-11-20T04:30:00Z"


@pytest.mark.parametrize(
    ("over", "by", "status"),
    [
        ({"redacted": False}, SHO, 422),
        ({"text": "short"}, SHO, 422),
        ({"text": TEXT + " 2345 6789 0124"}, SHO, 422),
        ({"number": "12345678"}, SHO, 422),
        ({"number": "45/2025"}, SHO, 422),
        ({"year": 1200}, SHO, 422),
        ({"station": "5140012"}, SHO, 403),
        ({}, OTHER_SHO, 403),
        ({}, COUNTER, 403),
        ({"extra": 1}, SHO, 422),
    ],
)
async def test_what_is_wrong_with_a_release_is_refused(intake: Rig, over: Any, by: Principal, status: int) -> None:
    """Not read by the officer, an Aadhaar number in it, another's station, another year: nothing is online."""
    refused = await release(intake, by, **ELSEWHERE | over)
    assert refused.status_code == status, refused.text
    assert intake.firs.texts == {}


async def test_a_prober_of_ten_thousand_numbers_learns_nothing(intake: Rig) -> None:
    """Absent, withheld, waiting and sensitive FIRs differ in no byte of the answer and in no question to the store.

    Numbers are sequential, so what is between two FIRs is known to be there: the answers must not say why it is not.
    """
    hidden = {number: await registered(intake, f"{number}/2026") for number in (101, 203, 305)}
    assert hidden
    await registered(intake, "407/2026", ("64",))
    await withhold(intake, number="203/2026")
    await release(intake, number="305/2026")
    intake.firs.asked.clear()
    answers: Counter[tuple[int, bytes, tuple[tuple[str, str], ...], tuple[str, ...]]] = Counter()
    online = []
    stranger = httpx.AsyncClient(transport=httpx.ASGITransport(intake.app), base_url="http://intake")
    for number in range(1, 10_001):
        answer = await stranger.get("/v1/registers/fir", params={"station": "5140003", "year": 2026, "number": number})
        asked = tuple(intake.firs.asked)
        intake.firs.asked.clear()
        if answer.status_code == 200:
            online.append(number)
            continue
        heads = tuple(sorted((name, value) for name, value in answer.headers.items() if name not in _BY_REQUEST))
        answers[answer.status_code, answer.content, heads, asked] += 1
    assert online == [305]
    assert [(status, asked) for status, _, _, asked in answers] == [(404, ("text",))]
    assert answers.total() == 9_999


# Drawn for each request, whatever it is about.
_BY_REQUEST = frozenset({"traceparent", "x-request-id", "date"})


async def test_the_answer_shows_the_ways_to_a_copy_in_both_languages(intake: Rig) -> None:
    """The superintendent, the free copy of the informant, the accused's application."""
    hi = (await intake.get(READ.format(**FIR), accept_language="hi")).json()["detail"]
    en = (await intake.get(READ.format(**FIR), accept_language="en")).json()["detail"]
    assert all(part in hi for part in ("पुलिस अधीक्षक", "निःशुल्क", "अभियुक्त"))
    assert all(part in en for part in ("superintendent", "free", "accused"))


@pytest.mark.parametrize("query", ["", "number=", "number=abc", "number=" + "9" * 80, "number=1&year=x"])
async def test_a_question_that_is_none_is_a_clear_problem(intake: Rig, query: str) -> None:
    """And the same whatever is there."""
    base = "/v1/registers/fir?station=5140003" + ("" if "year" in query else "&year=2026")
    answer = await intake.get(f"{base}&{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_one_fir_has_one_key_in_any_spelling() -> None:
    """Leading noughts and a two-digit year name no other FIR; another station's or year's does."""
    assert (
        fir_key("5140003", 2026, "0117/2026") == fir_key("5140003", 2026, "117/26") == fir_key("5140003", 2026, "117")
    )
    assert (
        len({fir_key("5140003", 2026, "0/2026-33"), fir_key("5140003", 2026, "0/2026-34"), fir_key("1", 2026, "0")})
        == 3
    )


async def test_the_pending_list_is_headquarters_too(intake: Rig) -> None:
    """Headquarters sees what waits anywhere; a day later it is past its hour."""
    await registered(intake)
    intake.clock.advance(timedelta(hours=30))
    (one,) = (await intake.get("/v1/desk/registers/fir", by=HQ)).json()["items"]
    assert one["due_at"] < intake.clock.now().isoformat()


@pytest.mark.parametrize("code", ["fir-copy", "wanted-persons", "arrested-persons"])
async def test_a_lookup_is_live_and_makes_no_case(intake: Rig, code: str) -> None:
    """A filing is answered with where to look, in both languages, and that address answers."""
    body = {**COMPLAINT, "service_code": code, "attributes": {}}
    body.pop("description")
    for language in ("hi", "en"):
        refused = await intake.file(body, by=ASHA, accept_language=language)
        assert (refused.status_code, refused.json()["code"]) == (422, "service_is_a_lookup")
        assert (await intake.get(refused.json()["look_at"], by=ASHA)).json()["code"] != "not_found"
    entry = (await intake.get(f"/v1/services/{code}")).json()
    assert (entry["live"], entry["meanwhile"]) == (True, None)
