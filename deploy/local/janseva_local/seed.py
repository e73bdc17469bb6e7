"""Sample registers and officers for a running suite: made-up names, each marked as a sample, of nobody who lives."""

import csv
import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from chassis.http.access.tokens import issue_officer_token
from chassis.settings import LOCAL_ISSUER
from event_schemas.officers import Officer, OfficerRole
from janseva_local import keys, secured
from janseva_local.folder import DataFolder

SEED: Final = 112
OF_EACH: Final = 40
FIRS: Final = 30
BY: Final = "HQ:sample-data"
# The last name says it: no person is called Sample.
SAMPLE: Final = "नमूना"
GIVEN: Final = (
    "आलोक",
    "बिमला",
    "चंदन",
    "दीपा",
    "गणेश",
    "हीरा",
    "इंदु",
    "जगदीश",
    "कमला",
    "ललन",
    "मीना",
    "नवल",
    "ओम",
    "पुष्पा",
    "रघु",
    "शीला",
)
SECOND: Final = ("प्रताप", "बाला", "मोहन", "रंजन", "लता", "शरण", "किशोर", "प्रभा")
OFFENCES: Final = ("चोरी", "लूट", "डकैती", "हत्या का प्रयास", "शराब का अवैध कारोबार", "जालसाजी")
COLOURS: Final = ("नीला", "काला", "लाल", "सफेद", "हरा")
ITEMS: Final = ("mobile_phone", "bag", "wallet", "jewellery", "laptop", "keys")
LOOKS: Final = ("कद 5 फुट, सफेद बाल", "कद 5 फुट 6 इंच, माथे पर निशान", "साँवला रंग, छोटे बाल")
CLOTHES: Final = ("हरी साड़ी", "नीली कमीज", "सफेद कुर्ता", "लाल शॉल")

Row = dict[str, Any]


class NothingRuns(ValueError):
    """No suite is there to be filled."""


def seed_data(folder: DataFolder) -> int:
    """Fill the running suite's registers and its directory; again is harmless. NothingRuns."""
    record = folder.read_record()
    if record is None or record.state != "ready":
        raise NothingRuns("no suite runs here: `make up` starts one")
    if record.secured:
        secured.adopt(secured.Secured(folder.wire))
    with httpx.Client(timeout=30) as http:
        chosen = _stations(http, record.urls["routing"])
        failed = _import_all(folder, record.mongo_uri, record.kafka_bootstrap, chosen)
        released = _release_firs(http, folder, record.urls["intake"], chosen[:FIRS])
    print(f"{released} FIRs are online")
    return 1 if failed else 0


def _stations(http: httpx.Client, routing: str) -> list[tuple[str, str]]:
    """Code and police district of every territorial station, page by page."""
    found, query = [], {"kind": "territorial"}
    while True:
        page = http.get(f"{routing}/v1/stations", params=query).json()
        found += [(one["code"], one["police_district"]) for one in page["items"]]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


def _import_all(folder: DataFolder, mongo_uri: str, kafka: str, stations: Sequence[tuple[str, str]]) -> int:
    tables = folder.root / "seed"
    tables.mkdir(parents=True, exist_ok=True)
    sealing = keys.load_or_create(folder.keys).sealing_keys
    shared = {**os.environ, "MONGO_URI": mongo_uri, "KAFKA_BOOTSTRAP": kafka, "SEALING_KEYS": sealing}
    failed = 0
    for register, rows in registers(stations, datetime.now(UTC).date()).items():
        path = write_table(tables / f"{register}.csv", rows)
        command = [sys.executable, "-m", "intake", "import-register", register, str(path), "--by", BY]
        done = subprocess.run(
            command, check=False, env=shared | {"MONGO_DATABASE": "janseva_intake"}, capture_output=True, text=True
        )
        print(done.stdout.strip().rpartition("\n")[2] or done.stderr.strip())
        # Rows that are there from before are no failure.
        failed += done.returncode not in (0, 1)
    path = write_table(tables / "officers.csv", officers(stations))
    command = [sys.executable, "-m", "routing", "import-officers", str(path)]
    posts = subprocess.run(command, check=False, env=shared | {"MONGO_DATABASE": "janseva_routing"})
    return failed + (posts.returncode != 0)


def _release_firs(http: httpx.Client, folder: DataFolder, intake: str, stations: Sequence[tuple[str, str]]) -> int:
    """Texts of made-up thefts, each released by its station's officer."""
    key = keys.load_or_create(folder.keys).officer_key.read_text()
    now, done = datetime.now(UTC), 0
    for number, (station, district) in enumerate(stations, start=1):
        officer = Officer(
            sub="sample-data", role=OfficerRole.SHO, post=f"SHO:{station}", station=station, district=district
        )
        token = issue_officer_token(key, officer, LOCAL_ISSUER, now, timedelta(minutes=10))
        body = {
            "station": station,
            "year": now.year,
            "number": str(number),
            "text": f"{SAMPLE}: सूचक के अनुसार बाजार से साइकिल चोरी हुई। अनुसंधान जारी है।",
            "redacted": True,
            "registered_at": (now - timedelta(hours=6)).isoformat(),
            "sections": ["303(2)"],
        }
        answer = http.post(
            f"{intake}/v1/desk/registers/fir/release", json=body, headers={"Authorization": f"Bearer {token}"}
        )
        done += answer.status_code == 200
    return done


def registers(stations: Sequence[tuple[str, str]], today: date) -> dict[str, list[Row]]:
    """The rows of each register's table; the same stations and day give the same rows."""
    chance = random.Random(SEED)  # noqa: S311  samples, no secrets

    def person(**more: Any) -> Row:
        return {"name": name_of(chance), "age": chance.randint(22, 65), "locality": f"{SAMPLE}पुर", **more}

    def found(**more: Any) -> Row:
        looks = {"looks": chance.choice(LOOKS), "clothes": chance.choice(CLOTHES), "place": f"{SAMPLE} चौक"}
        return {"age": chance.randint(5, 80), "gender": chance.choice(("male", "female")), **looks, **more}

    def thing() -> Row:
        colour = chance.choice(COLOURS)
        return {"item": chance.choice(ITEMS), "colour": colour, "description": f"{SAMPLE}: {colour} रंग की वस्तु"}

    def offence() -> Row:
        return person(offence=chance.choice(OFFENCES))

    kinds: dict[str, tuple[str, Any]] = {
        "wanted": ("warrant", offence),
        "notorious": ("proclamation", offence),
        "rewarded": ("reward_order", lambda: {**offence(), "reward": chance.choice((25_000, 50_000, 100_000))}),
        "arrested": ("arrest_memo", lambda: {**offence(), "kin_of_victim": "no"}),
        "lost-property": ("report", thing),
        "recovered-property": ("seizure_memo", thing),
        "missing-persons": ("station_diary", lambda: {"name": name_of(chance), **found(family_agrees="yes")}),
        "unknown-persons": ("station_diary", found),
        "unidentified-bodies": ("inquest", lambda: found(cleared="yes")),
    }
    tables: dict[str, list[Row]] = {}
    for register, (source, row) in kinds.items():
        tables[register] = []
        for number in range(1, OF_EACH + 1):
            station, district = chance.choice(stations)
            since = today - timedelta(days=chance.randint(1, 28))
            shared = {"station": station, "district": district, "since": since.isoformat(), "source": source}
            paper = {"source_number": f"{SAMPLE}-{number}/{today.year}", "source_date": since.isoformat()}
            tables[register].append({**shared, **paper, **row()})
    return tables


def officers(stations: Sequence[tuple[str, str]]) -> list[Row]:
    """An office telephone that rings nowhere and an address that takes no mail, for each station's post."""
    return [
        {
            "station": code,
            "post": "SHO",
            "office_phone": f"+91 612 000 {number:04d}",
            "office_email": f"sho-{code}@sample.invalid",
            "vacant": "yes" if number % 25 == 0 else "no",
        }
        for number, (code, _) in enumerate(stations, start=1)
    ]


def name_of(chance: random.Random) -> str:
    return f"{chance.choice(GIVEN)} {chance.choice(SECOND)} {SAMPLE}"


def write_table(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path
