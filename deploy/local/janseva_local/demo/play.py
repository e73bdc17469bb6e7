"""Plays a citizen's plan: he files and adds his papers, the police take the steps of his journey."""

import asyncio
import time
import uuid
from datetime import UTC, datetime

import httpx

from intake.case.states import Family
from janseva_local.demo.citizens import Suite, log_in
from janseva_local.demo.client import Call, GaveUp, problem_code, send
from janseva_local.demo.journal import Accepted, Intent, Journal
from janseva_local.demo.journeys import Step
from janseva_local.demo.plan import CitizenPlan, Course
from janseva_local.demo.steps import ADD_DOCUMENT, Steps, TokenFor, filing_body, visit_body
from janseva_local.demo.tally import Tally

TOO_LATE_TO_PAUSE = frozenset({"clock_not_pausable", "clock_not_paused"})
IN_PROGRESS = frozenset({"idempotency_in_progress"})
ASSIGNED_WITHIN_S = 60.0
APPEAL, COMPLAINT = "appeal", "e-complaint"
APPEALS = 1_000_000  # the numbers of appeals, beyond those of citizens
WITHDRAW = Step(do="withdraw", by="citizen", body={"reason_code": "settled"})


class Play:
    """`late_s`: by service, how long the police wait until every clock of it has broken."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        suite: Suite,
        journal: Journal,
        tally: Tally,
        token_for: TokenFor,
        late_s: dict[str, float],
    ) -> None:
        self._http = http
        self._suite = suite
        self._journal = journal
        self._tally = tally
        self._steps = Steps(http, suite, token_for)
        self._late_s = late_s

    async def play(self, plan: CitizenPlan) -> None:
        """GaveUp when the suite never answers; what it refuses is tallied as a problem."""
        accepted = await self._file(plan)
        if accepted is None:
            return
        assigned, status = await self._steps.status_when(
            accepted, lambda now: bool(now.get("station")), ASSIGNED_WITHIN_S
        )
        if not assigned:
            self._tally.refused("no station assigned")
            return
        self._tally.add("assigned")
        for document in plan.documents:
            answer = await self._steps.upload(accepted, document)
            self._note(plan, ADD_DOCUMENT, answer)
        if plan.course is Course.WITHDRAWN and await self._withdraws(plan, accepted):
            return
        await self._work(plan, accepted, str(status["station"]["code"]))

    async def _work(self, plan: CitizenPlan, accepted: Accepted, station: str) -> None:
        for place, step in enumerate(plan.steps):
            if place == plan.waits_before:
                await asyncio.sleep(self._late_s[plan.service.code] if plan.course is Course.TOO_LATE else 1.0)
            if step.after is not None:
                await self._steps.paper_is_there(accepted, step.after)
            key = f"{accepted.case_id}-{place}-{step.do}"
            answer = await self._steps.perform(accepted, step, station, key, plan.number)
            if problem_code(answer) in TOO_LATE_TO_PAUSE:
                # A target or a pause of seconds has passed meanwhile: the officer goes on without.
                self._tally.add("pause refused")
                continue
            if not self._note(plan, step.do, answer):
                return
            station = await self._steps.station_after(accepted, step, station)

    async def _withdraws(self, plan: CitizenPlan, accepted: Accepted) -> bool:
        """Whether the case ended by it: where an officer has to confirm it, or a paper is on its way, it goes on."""
        answer = await self._steps.perform(accepted, WITHDRAW, "", f"{accepted.case_id}-withdraw", again=False)
        if answer.status_code == 409:
            self._tally.add("withdrawal refused")
            return False
        if not self._note(plan, WITHDRAW.do, answer):
            return False
        status = await self._steps.status(accepted)
        return bool(status["status"] == "withdrawn")

    async def _file(self, plan: CitizenPlan) -> Accepted | None:
        """None when the submission was refused or never answered (the journal then shows it)."""
        call = await self._call(plan)
        person = plan.person
        intent = Intent(
            plan.number,
            plan.service.code,
            call.headers["Idempotency-Key"],
            person.phone,
            person.language,
            plan.way.name,
        )
        self._journal.about_to_post(intent)
        started = time.perf_counter()
        try:
            response = await send(self._http, call)
        except GaveUp:
            self._tally.refused("no answer to a filing")
            return None
        if response.status_code != 202:
            self._tally.refused(f"{plan.service.code} {response.status_code}: {response.text[:300]}")
            return None
        accepted = _accepted(plan.number, response, (time.perf_counter() - started) * 1000)
        self._journal.answered(accepted)
        self._tally.add("filed")
        return accepted

    async def _call(self, plan: CitizenPlan) -> Call:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if plan.way.by == "counter":
            station = await self._nearest_station(plan)
            body = visit_body(plan.service, plan.way, plan.person, station)
            url = f"{self._suite.intake}/v1/desk/visits"
            return Call("POST", url, json=body, headers=headers | self._steps.as_officer("counter", station))
        if plan.way.by == "citizen":
            headers["Authorization"] = f"Bearer {await log_in(self._http, self._suite, plan.person.phone)}"
        body = filing_body(plan.service, plan.way, plan.person)
        url = f"{self._suite.intake}/v1/complaints"
        # Callers have a shorter way too, which asks no more than is needed to send help.
        if plan.service.family is Family.EMERGENCY and plan.number % 2:
            url = f"{self._suite.intake}/v1/emergencies"
            body = {
                "kinds": body["attributes"]["kinds"],
                "location": body["location"],
                "phone": plan.person.phone,
                "language": plan.person.language,
                "note": body["description"],
            }
        return Call("POST", url, json=body, headers=headers, retried_codes=IN_PROGRESS)

    async def _nearest_station(self, plan: CitizenPlan) -> str:
        place = plan.person.location
        params = {"lat": str(place["lat"]), "lon": str(place["lon"]), "n": "1"}
        response = await send(self._http, Call("GET", f"{self._suite.routing}/v1/stations/nearest", params=params))
        response.raise_for_status()
        return str(response.json()["items"][0]["code"])

    def _note(self, plan: CitizenPlan, act: str, answer: httpx.Response) -> bool:
        if answer.is_success:
            self._journal.acted(plan.number, act)
            self._tally.add(act)
            if act == APPEAL:
                self._note_appeal(plan, answer)
            return True
        self._tally.refused(f"{plan.way.id}: {act} {answer.status_code}: {answer.text[:160]}")
        return False

    def _note_appeal(self, plan: CitizenPlan, answer: httpx.Response) -> None:
        """It is a case of its own, and the citizen's second."""
        number, person = APPEALS + plan.number, plan.person
        key = answer.request.headers["Idempotency-Key"]
        self._journal.about_to_post(Intent(number, COMPLAINT, key, person.phone, person.language, APPEAL))
        self._journal.answered(_accepted(number, answer, answer.elapsed.total_seconds() * 1000))


def _accepted(number: int, response: httpx.Response, took_ms: float) -> Accepted:
    answer = response.json()
    return Accepted(
        number=number,
        case_id=answer["case_id"],
        tracking_number=answer["tracking_number"],
        receipt_secret=answer["receipt_secret"],
        at=datetime.now(UTC).isoformat(),
        took_ms=took_ms,
    )
