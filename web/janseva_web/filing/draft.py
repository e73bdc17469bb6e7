"""What has been answered so far, sealed into the form itself; and what of it is sent to intake."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import FormData

from janseva_web.cookies import Purpose, Sealer
from janseva_web.filing.steps import Kind, Step
from janseva_web.suite.shapes import Question, Service
from janseva_web.visit import Visit

LIFETIME: Final = timedelta(hours=24)
LONGEST_DESCRIPTION: Final = 10_000
LONGEST_TEXT: Final = 300
LONGEST_ANSWER: Final = 4_000
MOST_LINES: Final = 20
PREFIX: Final = "a-"
CONTACT_PREFIX: Final = "contact-"
# Longer digits are no number of a form; int() would take its time.
_NUMBER: Final = re.compile(r"-?\d{1,15}")
_LOCAL_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_PIN: Final = re.compile(r"(?<!\d)[1-9]\d{5}(?!\d)", re.ASCII)
_DEGREES: Final = re.compile(r"-?\d{1,3}(\.\d{1,15})?", re.ASCII)


class Draft(BaseModel):
    """A form that is not sent yet. `key` makes sure that however often it is sent it is filed once."""

    model_config = ConfigDict(extra="ignore")

    key: str = Field(default_factory=lambda: str(uuid.uuid4()))
    answers: dict[str, str | list[str]] = Field(default_factory=dict, repr=False)
    description: str = Field(default="", repr=False)
    lat: str = ""
    lon: str = ""
    accuracy: str = ""
    station: str = ""
    station_name: str = ""
    name: str = Field(default="", repr=False)
    address: str = Field(default="", repr=False)
    phone: str = Field(default="", repr=False)
    contact: dict[str, str] = Field(default_factory=dict, repr=False)
    counter: dict[str, str] = Field(default_factory=dict, repr=False)

    @classmethod
    def opened(cls, service: Service, visit: Visit) -> Self | None:
        """Of the form that was sent; None if it was sealed too long ago, or not here."""
        kept = visit.sealer.open(_purpose(service), visit.field("draft"), visit.now)
        return None if kept is None else cls.model_validate(kept)

    def sealed(self, service: Service, visit: Visit) -> str:
        sealer: Sealer = visit.sealer
        return sealer.seal(_purpose(service), self.model_dump(), visit.now)

    def merge(self, step: Step, service: Service, form: FormData) -> None:
        """Take over what the step's page sent, cut to what no field of ours exceeds."""
        for name in step.questions:
            question = service.attributes.properties[name]
            if question.type == "array" and question.items is not None and question.items.one_of:
                self.answers[name] = [_text(one, LONGEST_TEXT) for one in form.getlist(PREFIX + name)[:MOST_LINES]]
            else:
                self.answers[name] = _text(form.get(PREFIX + name), LONGEST_ANSWER)
        if step.describes:
            self.description = _text(form.get("description"), LONGEST_DESCRIPTION + 1)
        if step.kind is Kind.PLACE:
            self._merge_place(form)
        if step.kind is Kind.PERSON:
            for name in ("name", "address", "phone"):
                setattr(self, name, _text(form.get(name), LONGEST_TEXT + 1))
            self.contact = contact_of(service, form)

    def _merge_place(self, form: FormData) -> None:
        lat, lon = _text(form.get("lat"), 20), _text(form.get("lon"), 20)
        both = bool(_DEGREES.fullmatch(lat) and _DEGREES.fullmatch(lon))
        self.lat, self.lon = (lat, lon) if both else ("", "")
        accuracy = _text(form.get("accuracy"), 20)
        self.accuracy = accuracy if both and re.fullmatch(r"\d{1,7}(\.\d{1,9})?", accuracy, re.ASCII) else ""
        self.station = _text(form.get("station"), 40)

    def body(self, service: Service, language: str, *, logged_in: bool) -> dict[str, Any]:
        """The filing as POST /v1/complaints takes it."""
        person = {"name": self.name, "address": self.address, "phone": "" if logged_in else self.phone}
        complainant = {name: value for name, value in person.items() if value}
        body: dict[str, Any] = {
            "service_code": service.code,
            "language": language,
            "channel": "web",
            "complainant": complainant or None,
            "description": self.description or None,
            "location": self.location(),
            "named_station": self.station or None,
            "contact": contact_body(service, self.contact),
        }
        return {
            **{name: value for name, value in body.items() if value is not None},
            "attributes": self.attributes(service),
        }

    def location(self) -> dict[str, float] | None:
        if not self.lat:
            return None
        point = {"lat": float(self.lat), "lon": float(self.lon)}
        return {**point, "accuracy_m": float(self.accuracy)} if self.accuracy else point

    def attributes(self, service: Service) -> dict[str, Any]:
        """The answers as JSON values; empty ones are left out."""
        given = ((name, question, self.answers.get(name)) for name, question in service.attributes.properties.items())
        return {name: value_of(question, answer) for name, question, answer in given if answer}

    def route_query(self, service: Service) -> Mapping[str, str] | None:
        """What routing is asked to foretell the station; None without any place."""
        written = " ".join(
            str(self.answers.get(name, ""))
            for name, question in service.attributes.properties.items()
            if question.is_place
        )
        pin = _PIN.search(written)
        place = {"lat": self.lat, "lon": self.lon, "accuracy_m": self.accuracy, "named_station": self.station}
        place = {name: value for name, value in place.items() if value}
        if pin and not self.lat:
            place["pincode"] = pin.group()
        if not place:
            return None
        category, against = self.answers.get("category"), self.answers.get("against_police")
        more = {"category": str(category)} if category else {}
        return {
            **place,
            **more,
            "service_code": service.code,
            **({"against_police": "true"} if against == "yes" else {}),
        }


def contact_of(service: Service, form: FormData) -> dict[str, str]:
    """What a page sent of how its sender may be written to."""
    return {name: _text(form.get(CONTACT_PREFIX + name), LONGEST_TEXT) for name in service.contact_questions}


def contact_body(service: Service, answers: Mapping[str, str]) -> dict[str, Any] | None:
    """As intake takes it; None if nothing was answered. A choice that was left open means no."""
    if not any(answers.values()):
        return None
    asked = service.contact_questions.items()
    given = {name: value_of(question, answers[name]) for name, question in asked if answers.get(name)}
    return {name: False for name, question in asked if question.type == "boolean"} | given


def value_of(question: Question, answer: str | list[str]) -> Any:
    """One answer as JSON; what is no number stays as it was written, for intake to refuse by name."""
    if isinstance(answer, list):
        return answer
    match question.type:
        case "boolean":
            return answer == "yes"
        case "integer" | "number":
            return int(answer) if _NUMBER.fullmatch(answer) else answer
        case "array":
            return [line.strip() for line in answer.splitlines()[:MOST_LINES] if line.strip()]
    # A browser's time has no zone: India's is meant.
    return f"{answer}:00+05:30" if question.format == "date-time" and _LOCAL_TIME.fullmatch(answer) else answer


def _purpose(service: Service) -> Purpose:
    return Purpose(f"draft:{service.code}", LIFETIME)


def _text(value: object, longest: int) -> str:
    return value.strip()[:longest] if isinstance(value, str) else ""
