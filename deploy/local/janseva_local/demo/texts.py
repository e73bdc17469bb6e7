"""What the demo's citizens write: in Hindi and in English, of nobody in particular."""

from typing import Any

from janseva_local.demo.plan import CitizenPlan, Kind

NAMES = {
    "hi": ("आशा देवी", "रमेश कुमार", "सीता कुमारी", "मोहन प्रसाद"),
    "en": ("Asha Devi", "Ramesh Kumar", "Sita Kumari", "Mohan Prasad"),
}
DESCRIPTIONS = {
    Kind.COMPLAINT: {
        "hi": "कल शाम की घटना की शिकायत है; गवाह मौजूद हैं।",
        "en": "This is about what happened yesterday evening; there are witnesses.",
    },
    Kind.LOST_PROPERTY: {"hi": "बस में मेरा मोबाइल फोन खो गया।", "en": "I lost my mobile phone on the bus."},
    Kind.CERTIFICATE: {"hi": "नौकरी के लिए चरित्र प्रमाण पत्र चाहिए।", "en": "I need a character certificate for a job."},
}


def name_of(plan: CitizenPlan) -> str:
    names = NAMES[plan.language]
    return names[plan.number % len(names)]


ATTRIBUTES: dict[Kind, dict[str, Any]] = {
    Kind.LOST_PROPERTY: {"item": "mobile_phone"},
    Kind.CERTIFICATE: {"purpose": "employment"},
}


def complaint_body(plan: CitizenPlan) -> dict[str, Any]:
    return {
        "service_code": plan.kind.value,
        "language": plan.language,
        "channel": "web",
        "complainant": {
            "name": name_of(plan),
            "phone": plan.phone,
            "address": f"{plan.place.name}, {plan.place.district}",
        },
        "description": DESCRIPTIONS[plan.kind][plan.language],
        "location": {"lat": plan.place.lat, "lon": plan.place.lon, "accuracy_m": 25},
        "attributes": {"category": plan.category} if plan.kind is Kind.COMPLAINT else ATTRIBUTES[plan.kind],
    }


def emergency_body(plan: CitizenPlan) -> dict[str, Any]:
    return {
        "kinds": list(plan.responders),
        "location": {"lat": plan.place.lat, "lon": plan.place.lon, "accuracy_m": 40},
        "phone": plan.phone,
        "language": plan.language,
        "note": "मदद चाहिए" if plan.language == "hi" else "Help is needed",
    }


def visit_body(plan: CitizenPlan, station: str) -> dict[str, Any]:
    return {
        "place": station,
        "language": plan.language,
        "complainant": {"name": name_of(plan), "phone": plan.phone},
        "attributes": {"subject": "information"},
    }
