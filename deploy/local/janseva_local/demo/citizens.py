"""One citizen's way: log in if the service asks for it, file, and keep the receipt."""

import re
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from janseva_local.demo.client import Call, GaveUp, send
from janseva_local.demo.journal import Accepted, Intent, Journal
from janseva_local.demo.plan import CitizenPlan, Kind
from janseva_local.demo.tally import Tally
from janseva_local.demo.texts import complaint_body, emergency_body, visit_body

LOGIN_TRIES = 3
IN_PROGRESS = frozenset({"idempotency_in_progress"})
OTP = re.compile(r"\b([0-9]{6})\b")


@dataclass(frozen=True, slots=True)
class Suite:
    """Where the suite answers."""

    intake: str
    routing: str
    provider: str


async def read_logins(http: httpx.AsyncClient, suite: Suite) -> dict[Kind, bool]:
    """Which services ask for a login, as the catalogue says."""
    logins = {}
    for kind in Kind:
        response = await send(http, Call("GET", f"{suite.intake}/v1/services/{kind.value}"))
        response.raise_for_status()
        logins[kind] = response.json()["login"] != "none"
    return logins


async def log_in(http: httpx.AsyncClient, suite: Suite, phone: str) -> str:
    """An access token, got as a person gets it: asks for a code, reads the SMS, types it in, and again if it fails."""
    for _ in range(LOGIN_TRIES):
        asked = await send(http, Call("POST", f"{suite.intake}/v1/auth/otp", json={"phone": phone}))
        asked.raise_for_status()
        inbox = await send(http, Call("GET", f"{suite.provider}/v1/sink", params={"to": phone}))
        codes = (OTP.search(message["text"]) for message in inbox.json() if message["template"] == "otp")
        code = next((found.group(1) for found in codes if found), "000000")
        body = {"challenge_id": asked.json()["challenge_id"], "otp": code}
        got = await send(http, Call("POST", f"{suite.intake}/v1/auth/token", json=body))
        if got.is_success:
            return str(got.json()["access_token"])
        # A code whose answer was lost on the way is used up: the next one comes after the resend pause.
    raise GaveUp(f"login: {got.status_code} {got.text[:100]}")


class Citizens:
    def __init__(
        self, http: httpx.AsyncClient, suite: Suite, journal: Journal, tally: Tally, needs_login: dict[Kind, bool]
    ) -> None:
        self._http = http
        self._suite = suite
        self._journal = journal
        self._tally = tally
        self._needs_login = needs_login

    async def file(self, plan: CitizenPlan) -> Accepted | None:
        """Files by the plan; None when the submission was refused or never answered (the journal then shows it)."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if plan.kind is not Kind.EMERGENCY and self._needs_login[plan.kind]:
            headers["Authorization"] = f"Bearer {await log_in(self._http, self._suite, plan.phone)}"
        self._journal.about_to_post(
            Intent(plan.number, plan.kind.value, headers["Idempotency-Key"], plan.phone, plan.language, plan.responders)
        )
        if plan.kind is Kind.EMERGENCY:
            url, body = f"{self._suite.intake}/v1/emergencies", emergency_body(plan)
        else:
            url, body = f"{self._suite.intake}/v1/complaints", complaint_body(plan)
        return await self._post(plan, Call("POST", url, json=body, headers=headers, retried_codes=IN_PROGRESS))

    async def visit(self, plan: CitizenPlan, station: str, counter_token: str) -> Accepted | None:
        """Checks in at a station's counter without an appointment."""
        headers = {"Idempotency-Key": str(uuid.uuid4()), "Authorization": f"Bearer {counter_token}"}
        intent = Intent(plan.number, plan.kind.value, headers["Idempotency-Key"], plan.phone, plan.language)
        self._journal.about_to_post(intent)
        url = f"{self._suite.intake}/v1/desk/visits"
        return await self._post(plan, Call("POST", url, json=visit_body(plan, station), headers=headers))

    async def _post(self, plan: CitizenPlan, call: Call) -> Accepted | None:
        started = time.perf_counter()
        try:
            response = await send(self._http, call)
        except GaveUp:
            self._tally.refused("no answer to a filing")
            return None
        if response.status_code != 202:
            self._tally.refused(f"{plan.kind.value} {response.status_code}: {response.text[:160]}")
            return None
        answer = response.json()
        accepted = Accepted(
            number=plan.number,
            case_id=answer["case_id"],
            tracking_number=answer["tracking_number"],
            receipt_secret=answer["receipt_secret"],
            at=datetime.now(UTC).isoformat(),
            took_ms=(time.perf_counter() - started) * 1000,
        )
        self._journal.answered(accepted)
        self._tally.add("filed")
        self._tally.add(f"filed {plan.kind.value}")
        return accepted

    async def withdraw(self, accepted: Accepted) -> bool:
        headers = {"X-Receipt": accepted.receipt_secret, "Idempotency-Key": f"withdraw-{accepted.case_id}"}
        url = f"{self._suite.intake}/v1/complaints/{accepted.tracking_number}/withdraw"
        response = await send(self._http, Call("POST", url, json={"reason_code": "settled"}, headers=headers))
        return self._tally_command("withdraw", response)

    def _tally_command(self, name: str, response: httpx.Response) -> bool:
        if response.is_success:
            self._tally.add(name)
            return True
        self._tally.refused(f"{name} {response.status_code}: {response.text[:160]}")
        return False
