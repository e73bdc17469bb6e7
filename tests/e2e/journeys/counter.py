"""A journey at the counter: what its officer sends, what is on record of him, and the receipt the citizen takes."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import segno

from intake.catalogue.model import Service
from janseva_local.demo.citizens import Suite
from janseva_local.demo.journeys import Journey
from janseva_local.demo.steps import Filed, Person, Steps, filing_body, filled, receipt, visit_body
from tests.certificate.pdf_reading import read, text_of
from tests.e2e.journeys.checks import same

STATION: Final = "5140003"
POST: Final = f"SHO:{STATION}"
# A one-time password proves a number, not that its owner was heard; and nothing is filed that was not read back.
NO_PROOF: Final = ({"confirmation": "otp"}, {"read_back": False})
NUMBER: Final = re.compile(r"JS-\d\d-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z*~$=]")
CODE: Final = re.compile(r"(?<![\w/-])[\w-]{32}(?![\w-])")
LINE: Final = re.compile(rb"([\d.]+) ([\d.]+) m\s+([\d.]+) ([\d.]+) l\s")
# The white edge of the code, in modules.
EDGE: Final = 2
HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Counter:
    """Of one station. `pages`: where the receipt leads a browser."""

    http: httpx.AsyncClient
    suite: Suite
    steps: Steps
    pages: str

    async def file(self, service: Service, journey: Journey, adds: Mapping[str, Any], person: Person) -> httpx.Response:
        """The citizen's own answers, by the officer's login and with what the officer adds."""
        if journey.by == "counter":
            return await self._post("desk/visits", visit_body(service, journey, person, STATION))
        # The officer writes down the number, which no login gives him.
        body = filing_body(service, journey.model_copy(update={"by": "counter"}), person)
        if service.family == "emergency":
            return await self._post("emergencies", body | {"channel": "counter"})
        for lack in NO_PROOF:
            refused = await self._post("complaints", body | {"counter": {**adds, **lack, "received_at": None}})
            at = [one["pointer"] for one in refused.json()["errors"]]
            same("what proves nothing", (refused.status_code, at), (422, [f"/counter/{next(iter(lack))}"]))
        return await self._post("complaints", body | {"counter": filled(adds)})

    def check_desk(self, service: Service, journey: Journey, adds: Mapping[str, Any], case: Mapping[str, Any]) -> None:
        """Who filed, how the citizen agreed, and in which language it was read back to him."""
        if journey.by == "counter" or service.family == "emergency":
            return
        received = adds.get("received_at")
        on_record = dict(case["counter"])
        same("received", on_record.pop("received_at") is not None, received is not None)
        by = adds.get("received_by", "hand") if received else None
        expected = {"post": POST, "received_by": by, "confirmation": adds["confirmation"], "language": adds["language"]}
        same("at the counter", on_record, expected)

    async def receipt_of(self, filed: Filed) -> tuple[str, str]:
        """Number and code as they stand on the printed receipt, and in its QR code."""
        url = f"{self.suite.intake}/v1/complaints/{filed.tracking_number}/receipt"
        printed = await self.http.post(url, headers=receipt(filed))
        assert printed.content.startswith(b"%PDF-"), printed.text
        text = text_of(printed.content)
        number, code = NUMBER.search(text), CODE.search(text)
        assert number, text
        assert code, text
        opens = f"{self.pages}/track#{number.group()}~{code.group()}"
        same("the QR code", drawn(printed.content) == modules(opens), True)
        return number.group(), code.group()

    async def _post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        headers = self.steps.as_officer("counter", STATION) | {"Idempotency-Key": uuid.uuid4().hex}
        return await self.http.post(f"{self.suite.intake}/v1/{path}", json=body, headers=headers)


def modules(url: str) -> set[tuple[int, int]]:
    """The dark squares of an address's QR code, from its upper left."""
    rows = segno.make(url, error="m", micro=False).matrix
    return {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}


def drawn(pdf: bytes) -> set[tuple[int, int]]:
    """The dark squares of the QR code on a paper: lines through the middle of a row, from within its edge."""
    (page,) = read(pdf).pages
    content = page.get_contents()
    assert content is not None
    found = set[tuple[int, int]]()
    for line in LINE.findall(content.get_data()):
        left, top, right, below = (float(one) for one in line)
        if left >= EDGE and top == below and top % 1 == HALF:
            found |= {(square - EDGE, int(top) - EDGE) for square in range(int(left), int(right))}
    return found
