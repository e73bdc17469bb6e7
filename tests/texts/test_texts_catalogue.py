"""The catalogue's questions are put in both languages, so that a frontend renders the form from the catalogue alone."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from chassis.bilingual import LANGUAGES, Language
from chassis.sentences import CodeNames
from intake.catalogue import load_catalogue
from intake.catalogue.expansion import DOCUMENTS, TERMS
from intake.catalogue.loader import SHIPPED, read_catalogue
from intake.catalogue.model import CatalogueFile
from tests.texts.readable import DEVANAGARI

CATALOGUE = load_catalogue()
FILE = read_catalogue(SHIPPED)
CODE_NAMES = CodeNames.load()


def enumerations(question: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in (question, question.get("items", {})) if "enum" in one]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", [service.code for service in CATALOGUE])
def test_a_form_can_be_drawn_from_the_catalogue_alone(code: str, language: Language) -> None:
    """Every question has its title and its place, every choice its label, in the reader's script."""
    service = CATALOGUE.get(code)
    assert service is not None
    questions = CATALOGUE.form(service, language)["properties"]
    assert [question["x-order"] for question in questions.values()] == list(range(1, len(questions) + 1))
    shown = [question["title"] for question in questions.values()]
    shown += [question["description"] for question in questions.values() if "description" in question]
    for values in (one for question in questions.values() for one in enumerations(question)):
        assert [one["const"] for one in values["oneOf"]] == values["enum"]
        shown += [one["title"] for one in values["oneOf"]]
    assert all(bool(DEVANAGARI.search(text)) is (language == "hi") for text in shown), shown


def test_a_term_of_the_catalogue_is_the_term_of_the_messages() -> None:
    """Police, ambulance and fire service are called alike in a form and in a message."""
    named = {code: (text["hi"], text["en"]) for code, text in FILE["vocabularies"]["responder_kinds"].items()}
    code_names = CODE_NAMES.names("responder_kinds")
    assert named == {code: (name.hi, name.en) for code, name in code_names.items() if code != "default"}


def test_every_vocabulary_is_asked() -> None:
    used = {
        part["values"]
        for group in (
            *(service["attributes"]["properties"] for service in FILE["services"]),
            *(block["questions"] for block in FILE["blocks"].values()),
        )
        for question in group.values()
        for part in (question, question.get("items", {}))
        if "values" in part
    }
    assert used | {*TERMS.values(), DOCUMENTS} == set(FILE["vocabularies"])


def first(file: dict[str, Any]) -> dict[str, Any]:
    """The first question of the complaint."""
    question: dict[str, Any] = complaint(file)["attributes"]["properties"]["category"]
    return question


def complaint(file: dict[str, Any]) -> dict[str, Any]:
    service: dict[str, Any] = next(one for one in file["services"] if one["code"] == "e-complaint")
    return service


FAULTS: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
    ("has no title", lambda file: first(file).pop("title")),
    ("Field required", lambda file: first(file)["title"].pop("hi")),
    ("Devanagari alone", lambda file: first(file)["title"].update(hi="Category")),
    ("Devanagari alone", lambda file: first(file)["title"].update(hi="श्रेणी category")),
    ("Latin letters alone", lambda file: first(file)["title"].update(en="श्रेणी")),
    ("a code is no text", lambda file: first(file)["help"].update(en="see cyber_crime")),
    ("there is no vocabulary", lambda file: first(file).update(values="lost_thing")),
    ("Field required", lambda file: file["vocabularies"]["lost_items"]["bag"].pop("en")),
    ("Devanagari alone", lambda file: file["vocabularies"]["lost_items"]["bag"].update(hi="bag")),
    ("the labels are not", lambda file: complaint(file)["attributes"]["properties"]["accused"].update(enum=["a"])),
    ("is called both", lambda file: file["vocabularies"]["lost_items"]["other"].update(hi="दूसरा")),
    ("is called both", lambda file: file["vocabularies"]["lost_items"]["other"].update(en="Something else")),
    ("Devanagari alone", lambda file: complaint(file)["how_to"].update(hi="Write")),
]


@pytest.mark.parametrize(("complaint", "plant"), FAULTS, ids=[str(number) for number in range(len(FAULTS))])
def test_a_fault_in_the_catalogue_is_refused(complaint: str, plant: Callable[[dict[str, Any]], object]) -> None:
    """A text that lacks a language, stands in the wrong script or is spelt twice stops the start, not a reader."""
    CatalogueFile.model_validate(FILE)
    broken = copy.deepcopy(FILE)
    plant(broken)
    with pytest.raises(ValidationError, match=complaint):
        CatalogueFile.model_validate(broken)


def test_a_service_is_added_by_data_alone() -> None:
    """One entry that asks in a known vocabulary has its labels in both languages."""
    entry = copy.deepcopy(next(one for one in FILE["services"] if one["code"] == "hearing"))
    entry |= {"code": "library-pass", "names": {"hi": "पुस्तकालय का पास", "en": "Library pass"}}
    entry["attributes"] = {
        "properties": {"subject": {"title": {"hi": "विषय", "en": "Subject"}, "values": "visit_subjects"}}
    }
    file = CatalogueFile.model_validate({**FILE, "services": [*FILE["services"], entry]})
    assert file.services[-1].attributes["properties"]["subject"]["labels"]["inquiry"] == {"hi": "जाँच", "en": "Inquiry"}
