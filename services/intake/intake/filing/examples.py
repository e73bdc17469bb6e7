"""Examples of bodies and answers, in Hindi and in English."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

_NUMBER: Final = "JS-26-WNX3-D03V-B"
_CASE: Final = "c_01M80Z50J0X2G1397FJ74DT8F7"
_URL: Final = f"https://janseva.example/v1/complaints/{_NUMBER}"
_FILED_AT: Final = "2026-11-22T06:30:00Z"
_HELPLINE: Final = {
    "number": "112",
    "names": {
        "hi": "आपात सहायता: पुलिस, एंबुलेंस, अग्निशमन",
        "en": "Emergency: police, ambulance, fire service",
        "ur": "ہنگامی مدد: پولیس، ایمبولینس، فائر",
    },
    "action": "tel:112",
}
_DUE_AT: Final = "2026-12-22T06:30:00Z"

COMPLAINTS: Final[Mapping[str, Any]] = {
    "hi": {
        "service_code": "e-complaint",
        "language": "hi",
        "channel": "web",
        "complainant": {"name": "आशा देवी", "address": "वार्ड 4, अररिया"},
        "description": "मेरी साइकिल बाजार से चोरी हो गई।",
        "location": {"lat": 26.1358, "lon": 87.4659, "accuracy_m": 20},
        "attributes": {"category": "theft", "accused": "अज्ञात"},
    },
    "en": {
        "service_code": "lost-property",
        "language": "en",
        "channel": "web",
        "complainant": {"name": "Ravi Kumar", "phone": "9876543210"},
        "description": "I lost my phone on the bus from Araria to Forbesganj.",
        "attributes": {"item": "mobile_phone", "lost_at": "2026-11-20T10:00:00+05:30"},
    },
}
EMERGENCIES: Final[Mapping[str, Any]] = {
    "hi": {
        "kinds": ["police", "ambulance"],
        "location": {"lat": 26.1358, "lon": 87.4659, "accuracy_m": 3000},
        "phone": "9876543210",
        "note": "सड़क पर दुर्घटना, दो लोग घायल हैं",
    },
    "en": {"kind": "fire", "location": {"lat": 25.6093, "lon": 85.1235}, "note": "Smoke on the second floor"},
}


def _filed(
    service: str,
    lane: str,
    due: Sequence[Mapping[str, str]],
    notices: Sequence[Mapping[str, Any]],
    emergency: str | None = None,
) -> Mapping[str, Any]:
    return {
        "case_id": _CASE,
        "tracking_number": _NUMBER,
        "receipt_secret": "8HuVscQS1-urWd-ZkOOpoBREnS-vMGj6",
        "status_url": _URL,
        "service_code": service,
        "lane": lane,
        "filed_at": _FILED_AT,
        "due": due,
        "notices": notices,
        "helplines": [_HELPLINE],
        "emergency": None if emergency is None else {"text": emergency, "url": f"{_URL}/emergency"},
        "possible_duplicates": [],
    }


def _rough(text: str) -> Mapping[str, Any]:
    return {"code": "location_rough", "text": text, "action": None}


_INQUIRY: Final = [{"clock": "inquiry", "clock_id": "inquiry:1", "due_at": _DUE_AT}]
_HELP: Final = [
    {"clock": "dial112_response", "clock_id": "dial112_response:police", "due_at": "2026-11-22T06:50:00Z"},
    {"clock": "dial112_response", "clock_id": "dial112_response:ambulance", "due_at": "2026-11-22T06:50:00Z"},
]
FILED: Final[Mapping[str, Any]] = {
    "hi": _filed(
        "e-complaint",
        "routine",
        _INQUIRY,
        [{"code": "in_danger", "text": "खतरा अभी है तो तुरंत 112 पर कॉल करें", "action": "tel:112"}],
        "खतरा अभी है? 112 पर कॉल करें, या यहीं से मदद माँगें: आपकी जगह और फोन नंबर साथ जाएँगे",
    ),
    "en": _filed(
        "e-complaint",
        "routine",
        _INQUIRY,
        [{"code": "in_danger", "text": "If you are in danger now, call 112 at once", "action": "tel:112"}],
        "In danger now? Call 112, or ask for help from here: your place and phone number go along",
    ),
}
CALLED: Final[Mapping[str, Any]] = {
    "hi": _filed("emergency-112", "emergency", _HELP, [_rough("स्थान अनुमानित है; पता लिखें तो जगह खोजना आसान होगा")]),
    "en": _filed(
        "emergency-112", "emergency", _HELP, [_rough("The place is rough; an address makes it easier to find")]
    ),
}
