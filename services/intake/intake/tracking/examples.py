"""Examples of a status, in Hindi and in English."""

from collections.abc import Mapping
from typing import Any, Final

_NUMBER: Final = "JS-26-WNX3-D03V-B"
_CASE: Final = "c_01M80Z50J0X2G1397FJ74DT8F7"
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


def _status(
    texts: Mapping[str, str], filed: str, assigned: str, clock: str, document: str, next_step: str
) -> Mapping[str, Any]:
    return {
        "case_id": _CASE,
        "tracking_number": _NUMBER,
        "service_code": "e-complaint",
        "lane": "routine",
        "service_name": texts["service"],
        "status": "assigned",
        "status_text": texts["status"],
        "version": 2,
        "filed_at": _FILED_AT,
        "received_at": None,
        "helper": None,
        "station": {"code": "5140003", "name": "ARARIA", "name_hi": "अररिया", "district": "Araria"},
        "officer_post": "SHO:5140003",
        "office_name": texts["office"],
        "timeline": [
            {"at": _FILED_AT, "event": "ComplaintFiled", "text": filed},
            {"at": "2026-11-22T06:30:01Z", "event": "AssignedToStation", "text": assigned},
        ],
        "clocks": [
            {
                "clock": "inquiry",
                "clock_id": "inquiry:1",
                "owner": "police",
                "state": "running",
                "target_s": 2_592_000,
                "due_at": _DUE_AT,
                "remaining_s": 2_591_000,
                "name": clock,
                "state_text": texts["running"],
            }
        ],
        "hearings": [],
        "visits": [],
        "certificates": [],
        "evidence": [],
        "documents": [{"code": "evidence", "name": document, "required": False, "received": False}],
        "identity": None,
        "outcome": None,
        "next_step": next_step,
        "appeal": None,
        "emergency": {"text": texts["emergency"], "url": f"https://janseva.example/v1/complaints/{_NUMBER}/emergency"},
        "links": [],
        "helplines": [_HELPLINE],
    }


STATUS: Final[Mapping[str, Any]] = {
    "hi": _status(
        {
            "service": "ऑनलाइन शिकायत",
            "status": "कार्यालय को भेजा गया",
            "office": "अररिया थाना",
            "running": "चल रही है",
            "emergency": "खतरा अभी है? 112 पर कॉल करें, या यहीं से मदद माँगें: आपकी जगह और फोन नंबर साथ जाएँगे",
        },
        "आपका आवेदन दर्ज हुआ",
        "अररिया थाना को भेजा गया",
        "जाँच",
        "साक्ष्य",
        "अररिया थाना को इसे देखना है",
    ),
    "en": _status(
        {
            "service": "online complaint",
            "status": "sent to the office",
            "office": "ARARIA police station",
            "running": "running",
            "emergency": "In danger now? Call 112, or ask for help from here: your place and phone number go along",
        },
        "Your submission was received",
        "Sent to ARARIA police station",
        "inquiry",
        "Evidence",
        "To be seen by ARARIA police station",
    ),
}
