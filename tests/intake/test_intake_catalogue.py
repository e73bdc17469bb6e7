"""What the catalogue says of wrong attributes, and of a file that cannot be used."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.bilingual import Bilingual
from chassis.http.validation import MESSAGES
from intake.catalogue import Catalogue, CatalogueError, load_catalogue
from intake.catalogue.loader import SHIPPED, read_catalogue
from intake.catalogue.model import CatalogueFile

TO_COME = MESSAGES["datetime_past"].en
NO_INSTANT = MESSAGES["instant"].en
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
QUESTIONS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["item", "count"],
    "properties": {
        "item": {"values": "items"},
        "count": {"type": "integer", "minimum": 1},
        "note": {"type": ["string", "null"], "maxLength": 5},
        "imei": {"type": "string", "pattern": "^[0-9]{15}$", "x-code": "bare"},
        "lost_at": {"type": "string", "format": "date-time", "x-past": True},
        "born_on": {"type": "string", "format": "date", "x-past": True},
        "kinds": {"type": "array", "uniqueItems": True, "items": {"not": {"const": "secret word"}}},
    },
}
for number, question in enumerate(QUESTIONS["properties"].values()):
    question["title"] = {"hi": "प्रश्न " + "क" * number, "en": "Question " + "x" * number}
ITEMS = {"phone": {"hi": "फोन", "en": "Phone"}, "bag": {"hi": "बैग", "en": "Bag"}}
TITLE = {"title": {"hi": "प्रश्न", "en": "Question"}}


def shipped_with(questions: dict[str, Any]) -> dict[str, Any]:
    file = read_catalogue(SHIPPED)
    asked = next(service for service in file["services"] if service["code"] == "hearing")
    asked = {**asked, "code": "asked", "attributes": questions}
    return {**file, "vocabularies": {**file["vocabularies"], "items": ITEMS}, "services": [asked], "helplines": []}


def faults(given: dict[str, Any]) -> list[tuple[str, str]]:
    return [(pointer, message.en) for pointer, message in both_faults(given)]


def both_faults(given: dict[str, Any]) -> list[tuple[str, Bilingual]]:
    catalogue = Catalogue(CatalogueFile.model_validate(shipped_with(QUESTIONS)))
    service = catalogue.get("asked")
    assert service is not None
    return catalogue.attribute_errors(service, service.spelt({"item": "bag", "count": 1, **given}), NOW)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"item": "secret word"}, ("/item", "choose one of: Phone, Bag")),
        ({"count": 0}, ("/count", "must be at least 1")),
        ({"count": "secret word"}, ("/count", "must be a whole number")),
        ({"note": "secret word"}, ("/note", "holds at most 5 characters")),
        ({"note": 7}, ("/note", "must be a text")),
        ({"imei": "secret word"}, ("/imei", "does not have the expected form")),
        ({"lost_at": "2026-11-22T06:30:00"}, ("/lost_at", NO_INSTANT)),
        ({"born_on": "31.12.1990"}, ("/born_on", "must be a date")),
        ({"kinds": ["secret word"]}, ("/kinds/0", "is not valid")),
        ({"kinds": ["a", "a"]}, ("/kinds", "has the same item twice")),
        ({"secret word": 1}, ("", "has a field that this service does not know")),
    ],
)
def test_a_wrong_attribute_is_named_and_never_repeated(given: dict[str, Any], fault: tuple[str, str]) -> None:
    """A fault names its place and the rule it breaks; what was sent is not in it."""
    assert faults(given) == [fault]


def test_each_missing_attribute_is_named_once() -> None:
    """Who left out two answers reads of both."""
    catalogue = Catalogue(CatalogueFile.model_validate(shipped_with(QUESTIONS)))
    service = catalogue.get("asked")
    assert service is not None
    found = catalogue.attribute_errors(service, {}, NOW)
    assert [(pointer, message.en) for pointer, message in found] == [
        ("/count", "“Question x” is required"),
        ("/item", "“Question ” is required"),
    ]
    assert found[0][1].hi == "“प्रश्न क” आवश्यक है"


def test_a_fault_is_explained_in_hindi_too() -> None:
    """Choices are named by their labels, never by their codes."""
    [(_, choice)] = both_faults({"item": "car"})
    assert choice.hi == "इनमें से चुनें: फोन, बैग"
    [(_, long)] = both_faults({"note": "too long"})
    assert long.hi == "अधिकतम 5 अक्षर हो सकते हैं"


def test_right_attributes_have_no_fault() -> None:
    """A time with its zone and a day pass, as does everything else the questions allow."""
    assert faults({"lost_at": "2026-11-22T06:30:00Z", "born_on": "1990-12-31", "note": None, "kinds": ["a", "b"]}) == []


@pytest.mark.parametrize(
    "imei",
    ["४९०१५४२०३२३७५१८", "۴۹۰۱۵۴۲۰۳۲۳۷۵۱۸", "49-015420-323751-8", " 49 015420 323751 8", "4901542\u200d03237518\ufeff"],
)
def test_a_code_in_any_digits_is_kept_in_its_plain_spelling(imei: str) -> None:
    """An IMEI may be typed as on its box, in Devanagari or Urdu digits; it is stored as fifteen ASCII digits."""
    service = load_catalogue().get("lost-property")
    assert service is not None
    spelt = service.spelt({"item": "mobile_phone", "imei": imei, "document_number": " बीआर-०१ "})
    assert (spelt["imei"], spelt["document_number"]) == ("490154203237518", "बीआर-01")
    assert load_catalogue().attribute_errors(service, spelt, NOW) == []


def test_a_code_without_end_is_one_fault() -> None:
    assert faults({"imei": "1" * 100_000}) == [("/imei", "does not have the expected form")]


@pytest.mark.parametrize(
    "lost_at",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59Z", "1899-12-31T23:59:59Z"],
)
def test_a_time_of_no_sane_year_does_not_fit(lost_at: str) -> None:
    """Such a time was accepted and stopped the service that wrote it on a paper."""
    assert faults({"lost_at": lost_at}) == [("/lost_at", NO_INSTANT)]


def test_what_has_happened_lies_in_the_past() -> None:
    """A loss of tomorrow is refused; a clock that goes an hour ahead is not, and today's date is today's in India."""
    assert faults({"lost_at": "2026-11-23T10:00:00+05:30"}) == [("/lost_at", TO_COME)]
    assert faults({"lost_at": "2026-11-22T18:40:00Z"}) == []
    # 23:30 in India.
    assert faults({"born_on": "2026-11-22"}) == []
    assert faults({"born_on": "1931-05-01"}) == []
    assert faults({"born_on": "1899-12-31"}) == [("/born_on", "must be a date")]
    assert faults({"born_on": "9999-12-31"}) == [("/born_on", TO_COME)]
    assert faults({"born_on": "2026-11-24"}) == [("/born_on", TO_COME)]


@pytest.mark.parametrize(
    "marks",
    [{"type": "integer", "x-code": "bare"}, {"type": "string", "x-code": "odd"}, {"type": "string", "x-past": True}],
)
def test_a_mark_that_has_no_meaning_is_refused(marks: dict[str, Any]) -> None:
    broken = {**QUESTIONS, "required": [], "properties": {"item": {**marks, **TITLE}}}
    with pytest.raises(ValueError, match="x-"):
        CatalogueFile.model_validate(shipped_with(broken))


def test_a_catalogue_with_a_broken_schema_is_refused(tmp_path: Path) -> None:
    """A schema that is none stops the start, not the first citizen."""
    broken = {**QUESTIONS, "required": [], "properties": {"item": {"type": "objekt", **TITLE}}}
    for part, data in (file := shipped_with(broken)).items():
        if part != "services":
            (tmp_path / f"{part}.yaml").write_text(yaml.safe_dump(data))
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "asked.yaml").write_text(yaml.safe_dump(file["services"][0]))
    with pytest.raises(CatalogueError, match="objekt"):
        load_catalogue(tmp_path)
