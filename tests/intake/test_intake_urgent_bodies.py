"""What hostile, broken and unusual bodies of emergencies read as: kinds, place and words, by both doors."""

import gzip
import json
import zlib
from typing import Any

import pytest

from intake.filing.reading.urgent import read_urgent
from tests.intake.intake_rig import Rig

LAT, LON = 25.611, 85.144
PLACE = {"lat": LAT, "lon": LON}
CALL = {"kind": "fire", "location": PLACE, "phone": "9876543211", "note": "आग लगी है"}
TEXT = json.dumps(CALL, ensure_ascii=False)
FORM = b"kind=fire&location%5Blat%5D=25.611&location%5Blon%5D=85.144&phone=9876543211&note=%E0%A4%86%E0%A4%97"
MULTIPART = (
    b'--xx\r\nContent-Disposition: form-data; name="kind"\r\n\r\nfire\r\n'
    b'--xx\r\nContent-Disposition: form-data; name="location[lat]"\r\n\r\n25.611\r\n'
    b'--xx\r\nContent-Disposition: form-data; name="location[lon]"\r\n\r\n85.144\r\n'
    b'--xx\r\nContent-Disposition: form-data; name="note"\r\n\r\n\xe0\xa4\x86\xe0\xa4\x97\r\n'
    b'--xx\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n\xff\xd8\xff\x00\r\n--xx--\r\n'
)


def nested(depth: int) -> bytes:
    return b'{"kind":"fire","lat":25.611,"lon":85.144,"note":"help","x":' + b"[" * depth + b"]" * depth + b"}"


# The body, its content type, and words that its note must hold.
HOSTILE: dict[str, tuple[bytes, str, str]] = {
    "plain": (TEXT.encode(), "application/json", "आग लगी है"),
    "gzip": (gzip.compress(TEXT.encode()), "application/json", "आग लगी है"),
    "gzip cut short": (gzip.compress(TEXT.encode())[:-12], "application/json", "आग"),
    "deflate": (zlib.compress(TEXT.encode()), "application/json", "आग लगी है"),
    "byte order mark": (TEXT.encode("utf-8-sig"), "application/json", "आग लगी है"),
    "utf-16": (TEXT.encode("utf-16"), "application/json; charset=utf-16", "आग लगी है"),
    "utf-16-le bare": (TEXT.encode("utf-16-le"), "application/json", "आग लगी है"),
    "utf-16-be bare": (TEXT.encode("utf-16-be"), "", "आग लगी है"),
    "utf-32": (TEXT.encode("utf-32"), "application/json", "आग लगी है"),
    "utf-32-be bare": (TEXT.encode("utf-32-be"), "application/json", "आग लगी है"),
    "latin-1": (
        '{"kind":"fire","lat":25.611,"lon":85.144,"note":"Jos\u00e9 at the caf\u00e9"}'.encode("latin-1"),
        "application/json",
        "José at the café",
    ),
    "form": (FORM, "application/x-www-form-urlencoded", "आग"),
    "form of no type": (FORM, "application/json", "आग"),
    "multipart": (MULTIPART, "multipart/form-data; boundary=xx", "आग\nphoto: a.jpg"),
    "multipart, lost boundary": (MULTIPART, "multipart/form-data", "आग"),
    "multipart cut short": (MULTIPART[:-60], "multipart/form-data; boundary=yy", "आग"),
    **{
        f"nested {depth}": (nested(depth), "application/json", "help") for depth in (100, 255, 300, 1_000, 1_024, 9_000)
    },
    "nested around": (b"[" * 300 + TEXT.encode() + b"]" * 300, "application/json", "आग लगी है"),
    "doubled members": (
        b'{"kind":"fire","kind":null,"location":{"lat":25.611,"lon":85.144},"location":"x","note":"a","note":"b"}',
        "application/json",
        "a\nb\nlocation: x",
    ),
    "list": (json.dumps([{"kind": "fire"}, PLACE, {"note": "two"}]).encode(), "application/json", "two"),
    "lines of JSON": (b'{"kind":"fire"}\n{"lat":25.611,"lon":85.144,"note":"two"}', "application/x-ndjson", "two"),
    "JSON in a text": (json.dumps(json.dumps(CALL)).encode(), "application/json", "आग लगी है"),
    "JSON in a form": (b"data=%7B%22kind%22%3A%22fire%22%2C%22lat%22%3A25.611%2C%22lon%22%3A85.144%7D", "", ""),
    "XML": (b"<call><kind>fire</kind><lat>25.611</lat><lon>85.144</lon></call>", "application/xml", "<kind>fire"),
    "lines": (b"kind: fire\nlat: 25.611\nlon: 85.144\nnote: help", "text/plain", "note: help"),
    "single quotes": (b"{'kind': 'fire', 'lat': 25.611, 'lon': 85.144}", "application/json", "'kind': 'fire'"),
    "trailing comma": (b'{"kind":"fire","lat":25.611,"lon":85.144,}', "application/json", "fire"),
    "NaN beside": (b'{"kind":"fire","lat":25.611,"lon":85.144,"heading":NaN}', "application/json", "heading: NaN"),
    "lone surrogate": (b'{"kind":"fire","lat":25.611,"lon":85.144,"note":"x \\ud800 y"}', "application/json", "x  y"),
    "control characters": (b'{"kind":"fire","lat":25.611,"lon":85.144,"note":"a\x01\x00b"}', "application/json", "ab"),
    "a long text first": (
        b'{"note":"' + b"x" * 900_000 + b'","kind":"fire","lat":25.611,"lon":85.144}',
        "application/json",
        "xxx",
    ),
    "a number without end": (
        b'{"kind":"fire","lat":25.611,"lon":85.144,"x":' + b"9" * 500_000 + b"}",
        "application/json",
        "x: 99",
    ),
    "many members": (
        b'{"kind":"fire","lat":25.611,"lon":85.144,'
        + b",".join(b'"k%d":1' % number for number in range(60_000))
        + b"}",
        "application/json",
        "k1",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_every_body_brings_help_to_the_place(intake: Rig, name: str) -> None:
    """202, the fire brigade, the place and the words: whatever the body is packed, written or broken like."""
    raw, content_type, remains = HOSTILE[name]
    answer = await intake.post("/v1/emergencies", raw, content_type=content_type)
    assert answer.status_code == 202, answer.text
    case = intake.store.cases[answer.json()["case_id"]]
    assert "fire" in case.kinds
    assert case.location is not None
    assert (round(case.location.lat, 3), round(case.location.lon, 3)) == (LAT, LON)
    if remains:
        assert remains in (intake.personal(case.case_id).description or "")


@pytest.mark.parametrize(
    "body",
    [
        {"lat": LAT, "long": LON},
        {"latitude": LAT, "longitude": LON, "accuracy": 12},
        {"Lat": "25.611", "Lng": "85.144"},
        {"location": {"coords": {"latitude": LAT, "longitude": LON, "accuracy": 12}}},
        {"location": {"latitude": {"value": LAT}, "longitude": {"value": LON}}},
        {"location": "25.611,85.144"},
        {"location": "25.611 85.144"},
        {"location": "85.144, 25.611"},
        {"location": "25,611; 85,144"},
        {"location": [LAT, LON]},
        {"location": [LON, LAT]},
        {"location": [str(LON), str(LAT)]},
        {"location": {"type": "Point", "coordinates": [LON, LAT]}},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [LON, LAT]}, "properties": {}},
        {"location": {"lat": "25,611", "lon": "85,144"}},
        {"location": {"lat": "25°36'39\"N", "lon": "85°08'38\"E"}},
        {"location": {"lat": "25 36 39 N", "lon": "85 8 38 E"}},
        {"location": {"lat": "25° 36.65'", "lon": "85° 8.64'"}},
        {"location": {"lat": {"deg": 25, "min": 36, "sec": 39}, "lon": {"deg": 85, "min": 8, "sec": 38}}},
        {"location": "25°36'39\"N 85°08'38\"E"},
        {"location": "25°36′39.6″N, 85°8′38.4″E"},
        {"location": "N 25° 36.65' E 85° 8.64'"},
        {"location": "25d36m39s N 85d8m38s E"},
        {"location": "25:36:39, 85:08:38"},
        {"location": "85.144E 25.611N"},
        {"location": "25.611 उत्तर, 85.144 पूर्व"},
        {"location": {"lat": "२५.६११", "lon": "८५.१४४"}},
        {"location": "۲۵٫۶۱۱، ۸۵٫۱۴۴"},
        {"location": "geo:25.611,85.144;u=35"},
        {"location": "https://maps.google.com/?q=25.611,85.144"},
        {"location": "https://www.google.com/maps/place/X/@25.5,85.1,12z/data=!3m1!4b1!8m2!3d25.611!4d85.144"},
        {"location": "https://www.google.com/maps/search/?api=1&query=25.611%2C85.144"},
        {"location": "https://www.google.com/maps/place/25%C2%B036'39.6%22N+85%C2%B008'38.4%22E/"},
        {"location": "https://www.openstreetmap.org/?mlat=25.611&mlon=85.144#map=17/25.5/85.1"},
        {"location": "https://www.openstreetmap.org/#map=17/25.611/85.144"},
        {"location": "7MQ7J46V+CJ"},
        {"plus_code": "7mq7j46v+cj Patna"},
        {"location": "POINT(85.144 25.611)"},
        {"location": {"lat": LON, "lon": LAT}},
        {"location": {"x": LON, "y": LAT}},
        {"gps": {"latitudeE7": 256110000, "longitudeE7": 851440000}},
        {"location": {"text": "25.6110, 85.1440"}},
        {"location": '{"lat": 25.611, "lon": 85.144}'},
        {"user": {"device": {"last_location": {"lat": LAT, "lon": LON}}}},
        {"note": "बचाओ https://maps.google.com/?q=25.611,85.144 जल्दी"},
        {"note": "x " * 900 + "geo:25.611,85.144"},
    ],
    ids=str,
)
def test_a_place_in_any_sane_spelling_is_used(body: dict[str, Any]) -> None:
    """Degrees in any notation, script and order, links, codes: all are the one place in Patna."""
    location = read_urgent(json.dumps(body).encode()).location
    assert location is not None
    assert abs(location.lat - LAT) < 0.001
    assert abs(location.lon - LON) < 0.001


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ({"location": "near the temple"}, "location: near the temple"),
        ({"location": {"lat": 51.5, "lon": -0.1}}, "location: 51.5, -0.1"),
        ({"lat": 25.611}, "location: 25.611"),
        ({"location": "J46V+CJ Patna"}, "J46V+CJ Patna"),
        ({"location": "https://maps.app.goo.gl/abc"}, "https://maps.app.goo.gl/abc"),
        ({"location": {"lat": "north", "lon": "east"}}, "location: north, east"),
        ({"location": 7}, "location: 7"),
        ({"location": [1, 2, 3]}, "location: 1 2 3"),
        ({"location": {"village": "रामपुर", "near": "मंदिर"}}, "village: रामपुर\nnear: मंदिर"),
    ],
)
def test_a_place_that_cannot_be_used_is_kept_as_text(body: dict[str, Any], kept: str) -> None:
    """The officer reads what the machine could not; the caller is asked where he is."""
    read = read_urgent(json.dumps(body).encode())
    assert read.location is None
    assert "location_dropped" in read.flags
    assert kept in (read.note or "")


@pytest.mark.parametrize(
    "text", ["house 25, ward 85", "9876543211", "2026-11-22", "call 25 36", "room 25 85", "1.2.3.4"]
)
def test_text_and_numbers_are_no_place(text: str) -> None:
    """A number of a house or a telephone sends nobody to a field."""
    assert read_urgent(json.dumps({"note": text, "address": text}).encode()).location is None


@pytest.mark.parametrize(
    ("code", "lat", "lon"),
    [
        ("7MQ7J46V+CJ", 25.6110625, 85.1440625),
        ("7mq7j46v+cjr", 25.6111125, 85.1440156),
        ("7MQ7J46V+CJR8", 25.6111075, 85.1440195),
    ],
)
def test_plus_codes_are_read_as_their_makers_read_them(code: str, lat: float, lon: float) -> None:
    """The middle of the area, with its size as the accuracy; longer codes are finer."""
    location = read_urgent(json.dumps({"location": code}).encode()).location
    assert location is not None
    assert location.lat == pytest.approx(lat, abs=1e-7)
    assert location.lon == pytest.approx(lon, abs=1e-7)
    assert location.accuracy_m is not None


def test_a_second_place_and_a_second_phone_are_kept_as_text() -> None:
    """One is used; the others are there for who reads."""
    body = {"location": PLACE, "gps": "26.120,85.390", "phone": "9876543211", "mobile": "9876543212", "floor": 3}
    read = read_urgent(json.dumps(body).encode())
    assert read.location is not None
    assert (read.location.lat, read.phone) == (LAT, "+919876543211")
    assert (read.note or "").splitlines() == ["gps: 26.120,85.390", "phone: 9876543212", "floor: 3"]


async def test_the_address_with_a_slash_behind_is_no_detour(intake: Rig) -> None:
    """A client that follows no redirect reaches help all the same."""
    answer = await intake.post("/v1/emergencies/", CALL)
    assert answer.status_code == 202
    assert answer.json()["lane"] == "emergency"


def test_the_texts_of_a_station_and_of_a_long_name_are_not_lost_silently() -> None:
    """A station named in words is for who reads; what had to be cut is named."""
    read = read_urgent(json.dumps({"named_station": "कोतवाली थाना", "name": "x" * 9_000}).encode())
    assert (read.named_station, read.note) == (None, "station: कोतवाली थाना")
    assert read.flags == ("note_shortened",)


async def test_a_deep_body_with_a_key_is_filed_once(intake: Rig) -> None:
    """255 to 1,024 levels used to end in a 500 where the body's fingerprint was made."""
    key = "6f1c2f0e-8a57-4f7e-9b55-3f6d1c9b8a11"
    answers = [await intake.post("/v1/emergencies", nested(300), idempotency_key=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()


async def test_a_poor_fix_lowers_confidence_and_refuses_nobody(intake: Rig) -> None:
    """Any accuracy of a complaint's place is taken: the poorest counts as 100 km, a negative one as no idea."""
    for accuracy, kept in ((150_000, 100_000), (1e300, 100_000), (-1, 100_000), (0, 0), (12.5, 12.5)):
        place = {"lat": 25.61, "lon": 85.14, "accuracy_m": accuracy}
        body = {
            "service_code": "e-complaint",
            "description": "Test",
            "location": place,
            "attributes": {"category": "theft"},
        }
        case = await intake.filed(body)
        location = intake.store.cases[case["case_id"]].location
        assert location is not None
        assert location.accuracy_m == kept


@pytest.mark.parametrize("url", ["/v1/emergencies", "/v1/complaints"])
@pytest.mark.parametrize("first", ["note", "kind"])
async def test_a_body_over_the_limit_is_read_by_its_ends(intake: Rig, url: str, first: str) -> None:
    """Three megabytes used to be a 413: what stands around the long text is read, and the caller informed."""
    service = b'"service_code":"emergency-112",'
    long, short = b'"note":"help ' + b"x" * 3_000_000 + b'"', b'"kind":"fire","lat":25.611,"lon":85.144'
    parts = (long, short) if first == "note" else (short, long)
    answer = await intake.post(url, b"{" + service + b",".join(parts) + b"}")
    assert answer.status_code == 202, answer.text
    case = intake.store.cases[answer.json()["case_id"]]
    assert case.kinds == ("fire",)
    assert case.location is not None
    assert "body_unreadable" in case.flags
    assert (intake.personal(case.case_id).description or "").startswith("help xxx")


async def test_another_complaint_over_the_limit_is_refused(intake: Rig) -> None:
    """What is no emergency must be whole."""
    body = b'{"service_code":"e-complaint","description":"emergency-112 ' + b"x" * 3_000_000 + b'"}'
    assert (await intake.post("/v1/complaints", body)).status_code == 413
