"""What an officer adds at the counter: how it was confirmed, when paper came in, who helped, which paper he saw."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from chassis.sentences import CodeNames
from janseva_web.languages import PageLanguage
from janseva_web.pages import FieldFault

CONFIRMATIONS: Final = ("thumb", "signature", "witness")
AGREEMENTS: Final = (*CONFIRMATIONS, "unable")
WAYS: Final = ("hand", "post")
PAPERS: Final = (
    "voter_card",
    "driving_licence",
    "passport",
    "pan_card",
    "ration_card",
    "passbook",
    "school_or_employer_card",
    "masked_aadhaar",
)
FIELDS: Final = (
    "read_back",
    "confirmation",
    "spoken",
    "received_at",
    "received_by",
    "paper",
    "last_four",
    "helper_kind",
    "helper_name",
    "helper_phone",
    "helper_agreed",
    "helper_confirmation",
)
LONGEST: Final = 300
# Where a member of the body stands on the page.
PLACES: Final = {
    "/counter/read_back": "read_back",
    "/counter/confirmation": "confirmation",
    "/counter/language": "spoken",
    "/counter/received_at": "received_at",
    "/counter/received_by": "received_by",
    "/counter/identity/document": "paper",
    "/counter/identity/last_four": "last_four",
    "/helper/kind": "helper_kind",
    "/helper/name": "helper_name",
    "/helper/phone": "helper_phone",
    "/helper/agreed": "helper_agreed",
    "/helper/confirmation": "helper_confirmation",
}
_LOCAL_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d", re.ASCII)

Given = Mapping[str, str]
Choices = list[tuple[str, str]]


def choices_of(names: CodeNames, language: PageLanguage) -> Mapping[str, Choices]:
    """What the fields are chosen from, in the officer's language."""

    def vocabulary(group: str) -> Choices:
        return [(code, name.in_(answered(language))) for code, name in names.names(group).items() if code != "default"]

    def own(kind: str, codes: tuple[str, ...]) -> Choices:
        return [(code, language.text(f"counter.{kind}.{code}")) for code in codes]

    return {
        "confirmation": own("confirmation", CONFIRMATIONS),
        "helper_confirmation": own("confirmation", AGREEMENTS),
        "received_by": own("received_by", WAYS),
        "paper": own("paper", PAPERS),
        "spoken": vocabulary("spoken_languages"),
        "helper_kind": vocabulary("helpers"),
    }


def answered(language: PageLanguage) -> Any:
    return language.filed


def faults_of(given: Given, language: PageLanguage) -> Iterator[FieldFault]:
    """What the page sees by itself; intake looks at all of it again."""
    missing = language.text("form.missing")
    if given.get("read_back") != "yes" and not given.get("received_at"):
        yield FieldFault("read_back", language.text("counter.read_first"))
    if not given.get("confirmation"):
        yield FieldFault("confirmation", f"{language.text('counter.confirmation')}: {missing}")
    if helped(given):
        for name in ("helper_kind", "helper_name", "helper_confirmation"):
            if not given.get(name):
                yield FieldFault(name, f"{language.text(f'counter.{name}')}: {missing}")
        if given.get("helper_agreed") != "yes":
            yield FieldFault("helper_agreed", language.text("counter.agree_first"))


def helped(given: Given) -> bool:
    return any(given.get(name) for name in FIELDS if name.startswith("helper_"))


def body_of(given: Given) -> dict[str, Any]:
    """The members `counter` and `helper` of POST /v1/complaints."""
    received = given.get("received_at", "")
    counter: dict[str, Any] = {"read_back": given.get("read_back") == "yes", "confirmation": given.get("confirmation")}
    if given.get("spoken"):
        counter["language"] = given["spoken"]
    if received:
        # A browser's time has no zone: India's is meant.
        counter["received_at"] = f"{received}:00+05:30" if _LOCAL_TIME.fullmatch(received) else received
        counter["received_by"] = given.get("received_by") or WAYS[0]
    if given.get("paper"):
        counter["identity"] = {"document": given["paper"]}
        if given.get("last_four"):
            counter["identity"]["last_four"] = given["last_four"].upper()
    if not helped(given):
        return {"counter": counter}
    helper: dict[str, Any] = {
        "kind": given.get("helper_kind"),
        "name": given.get("helper_name"),
        "agreed": given.get("helper_agreed") == "yes",
        "confirmation": given.get("helper_confirmation"),
    }
    if given.get("helper_phone"):
        helper["phone"] = given["helper_phone"]
    return {"counter": counter, "helper": helper}
