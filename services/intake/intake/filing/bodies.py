"""The bodies of filings, as contracts.md gives them; unknown fields are refused."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chassis.http.moments import Instant
from chassis.http.problems import VALIDATION_FAILED, FieldError, Problem
from chassis.visible import is_blank
from event_schemas import Location
from event_schemas.values import FilingChannel, HelperKind, Language
from intake.auth import Principal
from intake.catalogue import Catalogue, Service
from intake.commands.contact import ContactBody
from intake.filing.domain import Person, Submission
from intake.filing.geo import PointPlausibility, clamped_accuracy, judge_point
from intake.filing.notices import DOUBTFUL, FORMAT_DOUBTFUL
from intake.filing.text import clean_text
from intake.http.one_of import OneOf
from intake.http.reading import read_phone
from intake.problems import LOCATION_OUTSIDE_INDIA, SERVICE_NOT_IN_DISTRICT

PLACE_MISSING = FieldError(
    "missing",
    "say where: a point on the map, a police station, or the place in words",
    "स्थान बताएँ: नक्शे पर बिंदु, थाना, या शब्दों में जगह",
    "/location",
)


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not a number")  # noqa: TRY004  pydantic turns a ValueError into a field's fault
    return float(value)


Number = Annotated[float, BeforeValidator(_number)]
# The length is looked at before the text is cleaned, and again after it: cleaning may shorten, and seldom lengthens.
ShortText = Annotated[
    str, StringConstraints(max_length=1_200), AfterValidator(clean_text), StringConstraints(max_length=300)
]
LongText = Annotated[
    str, StringConstraints(max_length=40_000), AfterValidator(clean_text), StringConstraints(max_length=10_000)
]


_LONGEST_NAME = 1_200


def _seen(value: Any) -> Any:
    """A name of invisible characters alone is refused; an empty field is no name."""
    if _is_invisible(value):
        raise PydanticCustomError("blank", "shows no letter")
    return value


def _is_invisible(value: Any) -> bool:
    # A longer text is refused for its length.
    return isinstance(value, str) and len(value) <= _LONGEST_NAME and value.strip() != "" and is_blank(value)


PersonName = Annotated[ShortText, BeforeValidator(_seen)]


class Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=False)


class LocationBody(Body):
    lat: Number
    lon: Number
    accuracy_m: Annotated[Number, AfterValidator(clamped_accuracy)] | None = None
    address: ShortText | None = None


class Complainant(Body):
    name: PersonName | None = Field(default=None, repr=False)
    phone: Annotated[str, StringConstraints(max_length=40)] | None = Field(default=None, repr=False)
    address: ShortText | None = Field(default=None, repr=False)


class SeenDocument(Body):
    """The original that the officer saw: its kind and the last four characters."""

    document: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{2,39}$")]
    last_four: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{4}$")] | None = None


class CounterBody(Body):
    """An officer's filing for the citizen before him: read back in his language, and confirmed by more than an OTP.

    `received_at`: when the paper was handed in or came by post, where that was earlier. Its clocks run from then; who
    wrote it may be gone, so the signed paper stands for the reading back.
    """

    read_back: bool
    confirmation: Literal["thumb", "signature", "witness"]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z_]{2,20}$")] = "hi"
    identity: SeenDocument | None = None
    received_at: Instant | None = None
    received_by: Literal["hand", "post"] = "hand"


class HelperBody(Body):
    """Who files for a person who can't do it himself: a relative, a centre's operator, a representative.

    A one-time password proves a number and nothing more: the person agrees by thumb, signature or before a witness.
    `unable`: the person can't at all, and an officer asks. `login`: whose the token is; a helper's own opens nothing.
    """

    kind: Annotated[str, OneOf(HelperKind)]
    name: PersonName = Field(repr=False)
    phone: Annotated[str, StringConstraints(max_length=40)] | None = Field(default=None, repr=False)
    agreed: Literal[True]
    confirmation: Literal["thumb", "signature", "witness", "unable"]
    login: Literal["person", "helper"] = "person"


class ComplaintBody(Body):
    service_code: str = Field(max_length=80)
    language: Annotated[str, OneOf(Language)] = "hi"
    channel: Annotated[str, OneOf(FilingChannel, but=(FilingChannel.PHONE112,))] = "web"
    complainant: Complainant | None = None
    description: LongText | None = Field(default=None, repr=False)
    location: LocationBody | None = None
    named_station: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,40}$")] | None = None
    attributes: dict[str, Any] = Field(default_factory=dict, repr=False)
    counter: CounterBody | None = None
    helper: HelperBody | None = None
    contact: ContactBody | None = Field(default=None, repr=False)


def checked_location(body: LocationBody) -> Location:
    """The point, if it can be in India; Problem with a hint if its numbers were swapped."""
    place = judge_point(body.lat, body.lon)
    if place is not PointPlausibility.INDIA:
        swapped = place is PointPlausibility.SWAPPED
        raise Problem(
            LOCATION_OUTSIDE_INDIA,
            "swapped" if swapped else None,
            errors=[FieldError("location", "is not in India", "भारत में नहीं है", "/location")],
            extra={"hint": "swapped_lat_lon"} if swapped else {},
        )
    return Location(lat=body.lat, lon=body.lon, accuracy_m=body.accuracy_m)


def checked_attributes(
    catalogue: Catalogue, service: Service, given: Mapping[str, Any], now: datetime
) -> tuple[dict[str, Any], list[FieldError]]:
    """The answers to the service's own questions, codes in their plain spelling, and what is wrong with them."""
    attributes = service.spelt(given)
    faults = [
        FieldError("attribute", message.en, message.hi, f"/attributes{pointer}")
        for pointer, message in catalogue.attribute_errors(service, attributes, now)
    ]
    faults += [
        FieldError("blank", "shows no letter or digit", "इसमें कोई अक्षर या अंक नहीं दिखता", f"/attributes/{key}")
        for key, value in attributes.items()
        if key.endswith("name") and _is_invisible(value)
    ]
    return attributes, faults


def content_flags(
    catalogue: Catalogue, service: Service, attributes: Mapping[str, Any], now: datetime
) -> tuple[str, ...]:
    """What a case's answers add to its flags: the service's notices, and numbers that were accepted in a wrong form."""
    doubts = catalogue.doubts(service, attributes, now)
    doubtful = (FORMAT_DOUBTFUL, *(f"{DOUBTFUL}{name}" for name in doubts)) if doubts else ()
    return (*service.notice_codes(attributes), *doubtful)


def refuse_elsewhere(service: Service, attributes: Mapping[str, Any]) -> None:
    """Problem 422 in a district where the service is not live, with what to do there."""
    if service.is_live_at(attributes) or service.meanwhile is None:
        return
    instead = service.meanwhile
    fault = FieldError("service_not_in_district", instead.en, instead.hi, f"/attributes/{service.district_asked_by}")
    raise Problem(SERVICE_NOT_IN_DISTRICT, errors=[fault], extra={"districts": list(service.districts)})


def submission_of(
    catalogue: Catalogue,
    service: Service,
    body: ComplaintBody,
    principal: Principal | None,
    now: datetime,
    *,
    source: str | None = None,
) -> Submission:
    """What the body says, checked against the service's questions. Problem `validation_failed` names each fault.

    `source`: what counts as one filer.
    """
    attributes, faults = checked_attributes(catalogue, service, body.attributes, now)
    if service.description_required and not body.description:
        faults.append(FieldError("missing", "is required", "आवश्यक है", "/description"))
    if service.place_required and not (body.location or body.named_station or service.names_a_place(attributes)):
        faults.append(PLACE_MISSING)
    if faults:
        raise Problem(VALIDATION_FAILED, errors=faults)
    refuse_elsewhere(service, attributes)
    complainant = body.complainant
    phone = principal.phone if principal else None
    if phone is None and complainant is not None and complainant.phone is not None:
        phone = read_phone(complainant.phone)
    return Submission(
        service=service,
        language=body.language,
        channel=body.channel,
        person=Person(
            name=(complainant.name if complainant else None) or None,
            phone=phone,
            address=(complainant.address if complainant else None) or None,
        ),
        owner=principal.sub if principal else None,
        contact_proved=principal is not None,
        source=source,
        description=body.description or None,
        location=checked_location(body.location) if body.location else None,
        place_address=(body.location.address if body.location else None) or None,
        named_station=body.named_station,
        attributes=attributes,
        flags=content_flags(catalogue, service, attributes, now),
        safe_contact=body.contact.safe_contact() if body.contact else None,
    )
