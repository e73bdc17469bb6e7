"""The receipt on paper: for who holds its code, in both languages, with each print recorded."""

from typing import Any

import httpx

from chassis.http.problems import Problem
from intake.problems import CERTIFICATE_UNAVAILABLE
from tests.intake.intake_rig import ASHA, COMPLAINT, COUNTER, SHO, START, Rig

READ_BACK = {"read_back": True, "confirmation": "thumb"}


async def printed(intake: Rig, filed: dict[str, Any], x_receipt: str = "") -> httpx.Response:
    return await intake.post(f"/v1/complaints/{filed['tracking_number']}/receipt", x_receipt=x_receipt)


async def test_who_has_no_phone_gets_the_receipt_on_paper(intake: Rig) -> None:
    """What was filed, by when it is promised, and the code, which stands in no address."""
    body = {**COMPLAINT, "complainant": {"name": "आशा देवी"}, "counter": READ_BACK}
    filed = await intake.filed(body, by=COUNTER)
    answer = await printed(intake, filed, x_receipt=filed["receipt_secret"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    (facts,) = intake.papers.receipts
    assert (facts["tracking_number"], facts["receipt_secret"]) == (filed["tracking_number"], filed["receipt_secret"])
    assert (facts["name"], facts["filed_at"]) == ("आशा देवी", START)
    assert facts["service"] == {"hi": "ऑनलाइन शिकायत", "en": "online complaint"}
    assert [one["clock"]["en"] for one in facts["due"]] == ["inquiry"]
    assert filed["receipt_secret"] not in facts["track_url"]
    assert facts["office"] is None
    await intake.assign(filed["case_id"])
    await printed(intake, filed, x_receipt=filed["receipt_secret"])
    assert intake.papers.receipts[-1]["office"]["en"] == "ARARIA police station"


async def test_each_print_is_recorded(intake: Rig) -> None:
    """Its holder and the desk read it in the timeline; no event leaves, and more than twenty are refused."""
    filed = await intake.filed(COMPLAINT)
    for _ in range(20):
        assert (await printed(intake, filed, x_receipt=filed["receipt_secret"])).status_code == 200
    assert (await printed(intake, filed, x_receipt=filed["receipt_secret"])).status_code == 429
    status = (await intake.get(f"/v1/complaints/{filed['tracking_number']}", by=ASHA, accept_language="hi")).json()
    assert [one["text"] for one in status["timeline"]].count("पावती छापी गई") == 20
    assert [event.type for event in intake.events(filed["case_id"])] == ["ComplaintFiled"]


async def test_nobody_prints_without_the_code(intake: Rig) -> None:
    """404 by the number alone, with another code, and for an officer's token: and nothing is recorded."""
    filed, other = await intake.filed(COMPLAINT), await intake.filed(COMPLAINT)
    answers = [
        await printed(intake, filed),
        await printed(intake, filed, x_receipt=other["receipt_secret"]),
        await intake.post(f"/v1/complaints/{filed['tracking_number']}/receipt", by=SHO),
    ]
    assert [one.status_code for one in answers] == [404, 404, 404]
    assert intake.papers.receipts == []
    assert len(intake.store.cases[filed["case_id"]].history) == 1


async def test_a_printer_that_is_out_leaves_the_filing_as_it_is(intake: Rig) -> None:
    """503 with a time to try again; no print is recorded."""
    filed = await intake.filed(COMPLAINT)
    intake.papers.fault = Problem(CERTIFICATE_UNAVAILABLE, headers={"Retry-After": "10"})
    answer = await printed(intake, filed, x_receipt=filed["receipt_secret"])
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert len(intake.store.cases[filed["case_id"]].history) == 1
