"""What trying numbers shows by its time: one that is somebody's beside one that is nobody's, asked in turns."""

import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from bench.intake import BODY, PHONE, PLACE, random_text
from bench.report import median, show
from intake.case.numbers import new_tracking_number
from janseva_local.demo.citizens import Suite, log_in
from janseva_local.stack import Stack

SOMEBODYS, NOBODYS = "somebody's", "nobody's"
STRANGER: Final = "+919900000002"
CASES: Final = 20
WARMING: Final = 50
# Medians of some hundred answers lie so near to each other when nothing is shown.
WITHIN: Final = 0.1
Request = tuple[str, str, Mapping[str, str], Mapping[str, Any] | None]


async def run(*, pairs: int = 400) -> bool:
    """True if the ratio of the medians is near one for every way of trying."""
    with tempfile.TemporaryDirectory(prefix="janseva-bench-") as folder:
        async with (
            Stack(Path(folder) / "data", ports="free", services=("provider", "notifier", "intake")) as stack,
            httpx.AsyncClient(timeout=30) as http,
        ):
            suite = Suite(stack.urls["intake"], "", stack.urls["provider"])
            owner, stranger = [
                {"Authorization": f"Bearer {await log_in(http, suite, phone)}"} for phone in (PHONE, STRANGER)
            ]
            for name in ("notifier", "provider"):
                await stack.stop_part(name)
            numbers = [await _filed(http, suite.intake, owner) for _ in range(CASES)]
            ways = _ways(suite.intake, stranger, numbers)
            figures = {way: await _measured(http, ask, pairs) for way, ask in ways.items()}
    ratios = {way: of[SOMEBODYS] / of[NOBODYS] for way, of in figures.items()}
    near = all(abs(ratio - 1) <= WITHIN for ratio in ratios.values())
    show(
        "enumeration-time",
        ("asked", f"{SOMEBODYS}, median ms", f"{NOBODYS}, median ms", "ratio"),
        [[way, 1000 * of[SOMEBODYS], 1000 * of[NOBODYS], ratios[way]] for way, of in figures.items()],
        pairs=pairs,
        ratios={way: round(ratio, 3) for way, ratio in ratios.items()},
        within=WITHIN,
        reached=near,
    )
    return near


def _ways(url: str, stranger: Mapping[str, str], numbers: list[str]) -> Mapping[str, Callable[[str, int], Request]]:
    """How a stranger may try numbers of cases and of phones; each gives the request for one of the two, by turn."""

    def case_at(which: str, turn: int) -> str:
        number = numbers[turn % CASES] if which == SOMEBODYS else new_tracking_number(datetime.now(UTC))
        return f"{url}/v1/complaints/{number}"

    def phone(which: str) -> str:
        return PHONE if which == SOMEBODYS else "+919900000003"

    def filing(which: str, _turn: int) -> Request:
        body = BODY | {"complainant": {"name": "आशा देवी", "phone": phone(which)}, "description": _terms()}
        return "POST", f"{url}/v1/complaints", {**stranger, "Idempotency-Key": uuid.uuid4().hex}, body

    def call(which: str, _turn: int) -> Request:
        return "POST", f"{url}/v1/emergencies", {}, {"kinds": ["police"], "phone": phone(which), "location": PLACE}

    return {
        "status without proof": lambda which, turn: ("GET", case_at(which, turn), {}, None),
        "status by another's login": lambda which, turn: ("GET", case_at(which, turn), stranger, None),
        "status by a wrong receipt": lambda which, turn: ("GET", case_at(which, turn), {"X-Receipt": "w" * 32}, None),
        "withdrawal": lambda which, turn: ("POST", f"{case_at(which, turn)}/withdraw", stranger, {}),
        "complaint with a phone": filing,
        "call for help with a phone": call,
    }


async def _measured(http: httpx.AsyncClient, ask: Callable[[str, int], Request], pairs: int) -> dict[str, float]:
    """Medians in seconds. Who is asked first changes with each turn; the first ones warm up."""
    took: dict[str, list[float]] = {SOMEBODYS: [], NOBODYS: []}
    for turn in range(WARMING + pairs):
        for which in (SOMEBODYS, NOBODYS) if turn % 2 else (NOBODYS, SOMEBODYS):
            method, url, headers, body = ask(which, turn)
            began = time.perf_counter()
            answer = await http.request(method, url, headers=headers, json=body)
            if turn >= WARMING:
                took[which].append(time.perf_counter() - began)
            if answer.status_code not in (202, 404):
                raise RuntimeError(f"{method} {url}: {answer.status_code} {answer.text}")
    return {name: median(values) for name, values in took.items()}


async def _filed(http: httpx.AsyncClient, url: str, owner: Mapping[str, str]) -> str:
    headers = {**owner, "Idempotency-Key": uuid.uuid4().hex}
    answer = await http.post(f"{url}/v1/complaints", json=BODY | {"description": _terms()}, headers=headers)
    answer.raise_for_status()
    filed: dict[str, Any] = answer.json()
    return str(filed["tracking_number"])


def _terms() -> str:
    """No two filings of a citizen are alike."""
    return random_text()
