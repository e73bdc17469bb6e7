"""What the members of an emergency may be called, and how the emergency service may be spelled."""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from intake.filing.reading.lenient import open_body

_CODE_IN_TEXT = re.compile(r"emergency[\W_]{0,3}112", re.IGNORECASE)


def names_emergency(code: Any) -> bool:
    """Whether a service code means the emergency service, in any case and digits, with any separators."""
    return isinstance(code, str) and 1 <= len(code) <= 60 and _is_spelling(code)


# Filings name one of some dozen codes; each is looked at closely once.
@lru_cache(maxsize=256)
def _is_spelling(code: str) -> bool:
    plain = _plain("".join(_ascii_digit(letter) for letter in code))
    return plain in ("112", "sos") or plain.startswith(("emergency", "dial112", _plain("आपात")))


def names_emergency_anywhere(raw: bytes, content_type: str = "") -> bool:
    """Of a body that is no plain JSON object: whether it is an emergency all the same."""
    opened = open_body(raw, content_type)
    value = opened.value
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, dict)), {})
    code = value.get("service_code") if isinstance(value, dict) else None
    if any(names_emergency(one) for one in (code if isinstance(code, list) else [code])):
        return True
    # Pieces may have lost the member's name; a whole body that only speaks of the service is none.
    return opened.broken and _CODE_IN_TEXT.search(opened.text) is not None


def _plain(name: str) -> str:
    """Letters and digits alone; marks of Indic vowels go too, which spellings of these few names never need."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _ascii_digit(letter: str) -> str:
    return str(int(letter)) if letter.isdecimal() else letter


def _meanings() -> Mapping[str, str]:
    names = {
        "kinds": "kind kinds",
        "perhaps_kinds": """type category service services help helptype helpneeded need needs needed emergency
            emergencytype emergencykind incident incidenttype response responders responder required require sahayata
            सहायता प्रकार""",
        "place": """location locations loc position pos coords coordinates coordinate coord geo geom geometry
            geolocation gps gpslocation latlng latlon latlong lnglat lonlat point place map maps mapurl mapsurl
            mapslink maplink
            googlemaps link url pluscode plus_code olc currentlocation lastlocation livelocation स्थान जगह""",
        "phone": """phone phones phonenumber phoneno mobile mobilenumber mobileno mobilephone contact contactnumber
            contactno tel telephone cell cellphone msisdn callback callbacknumber whatsapp caller callernumber number
            फोन मोबाइल""",
        "note": """note notes description message msg text details detail comment comments remark remarks body what
            संदेश विवरण""",
        "name": "name fullname callername नाम",
        "address": "address addr पता",
        "language": "language lang",
        "channel": "channel",
        "station": "namedstation",
        "call_received_at": "callreceivedat",
        "receipt": "receipt receiptsecret xreceipt",
        "accuracy": "accuracym accuracy acc horizontalaccuracy accuracymeters radius precision",
        "lat": "lat latitude lattitude latitudee7 mlat अक्षांश",
        "lon": "lon long lng longitude longitudee7 mlon देशांतर देशान्तर",
        "ignored": "servicecode idempotencykey",
    }
    return {_plain(token): meaning for meaning, tokens in names.items() for token in tokens.split()}


MEANINGS = _meanings()
_IN_PLACE = {"x": "lon", "y": "lat", "u": "accuracy", "name": "words", "address": "words", "note": "words"}


def meaning_of(name: str, *, in_place: bool) -> str | None:
    plain = _plain(name[:60])
    meaning = MEANINGS.get(plain)
    return _IN_PLACE.get(meaning or plain, meaning) if in_place else meaning


def readable(members: Mapping[str, Any], room: int) -> Mapping[str, Any]:
    """All members; of more than `room` the first, and those of a known name wherever they stand."""
    if len(members) <= room:
        return members
    first = set(islice(members, room))
    return {name: value for name, value in members.items() if name in first or name[:60].casefold() in MEANINGS}
