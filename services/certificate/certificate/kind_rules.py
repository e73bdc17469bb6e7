"""The whole check of the papers: their texts in both languages; each can be ordered, numbered and filled in."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from chassis.crockford import ALPHABET, canonical
from chassis.settings import load_yaml
from event_schemas import (
    EVENT_CLASSES,
    CertificateApproved,
    ComplaintFiled,
    FIRRegistered,
    VerificationCompleted,
    VerificationOutcome,
)
from event_schemas.services import SERVICE_CODES

from .compose import PLACEHOLDERS, passages_for
from .kinds import Common, Kind, PaperError, Papers, Passage, Shown, read_common, read_kind
from .page import Text
from .spelling import BODY, YEAR, written_number

# What the service reads; a paper ordered by another event would never be made.
ORDERING: Final = frozenset(
    event.type for event in (ComplaintFiled, CertificateApproved, VerificationCompleted, FIRRegistered)
)
FACTS_OF_A_CASE: Final = frozenset(
    {"name", "address", "description", "station", "district", "tracking_number", "filed_at", "issued_at"}
)
_TIMES: Final = frozenset({"filed_at", "issued_at"})
_DEVANAGARI: Final = re.compile(r"[\u0900-\u097f]")
_PREFIX: Final = re.compile(f"[{''.join(c for c in ALPHABET if c.isalpha())}L]{{2}}")
_NO_BODY: Final = "0" * (YEAR + BODY)


def checked() -> Papers:
    """The shipped papers. PaperError lists what is wrong, one problem a line."""
    papers = Papers.load()
    refuse(problems(papers))
    return papers


def with_one_more(file: Path) -> Papers:
    """The shipped papers and that file's, in the place of a shipped one of its name."""
    kind = read_kind(file, read_common())
    refuse(f"{kind.kind}/{problem}" for problem in kind_problems(kind))
    shipped = Papers.load()
    return shipped.model_copy(update={"kinds": {**shipped.kinds, kind.kind: kind}})


def refuse(found: Iterable[str]) -> None:
    listed = list(found)
    if listed:
        raise PaperError("\n".join(listed))


def problems(papers: Papers) -> Iterator[str]:
    yield from _common_problems(papers.common)
    for kind in papers.kinds.values():
        yield from (f"{kind.kind}/{problem}" for problem in kind_problems(kind))
    yield from _number_problems(papers)


def kind_problems(kind: Kind) -> Iterator[str]:
    """What is wrong with one kind by itself."""
    yield from _order_problems(kind)
    yield from _outcome_problems(kind)
    yield from _row_problems(kind)
    yield from _text_problems(kind)


def catalogue_problems(papers: Papers, catalogue: Path) -> Iterator[str]:
    """Attributes that no application has, and choices that have no name; a service that is not there yet has none."""
    services = load_yaml(catalogue)["services"]
    attributes = {one["code"]: one["attributes"].get("properties", {}) for one in services}
    for kind in papers.kinds.values():
        asked = [attributes[service] for service in kind.services if service in attributes]
        if asked:
            yield from (f"{kind.kind}/rows/{problem}" for problem in _unasked(kind, asked))


def _unasked(kind: Kind, asked: list[Mapping[str, Any]]) -> Iterator[str]:
    for row in kind.rows:
        if not row.show.startswith("attributes."):
            continue
        name = row.show.split(".")[1]
        found = [properties[name] for properties in asked if name in properties]
        if not found:
            yield f"{row.show}: no application of {', '.join(kind.services)} asks for it"
        choices = {str(choice).lower() for one in found for choice in one.get("enum", ())}
        if row.as_ == "label" and (unnamed := choices - row.labels.keys()):
            yield f"{row.show}: no words for {', '.join(sorted(unnamed))}"


def _order_problems(kind: Kind) -> Iterator[str]:
    if not kind.services:
        yield "services: no service yields it"
    yield from (f"services: there is no service {code!r}" for code in kind.services if code not in SERVICE_CODES)
    if kind.ordered_by.event not in ORDERING:
        yield f"ordered_by: {kind.ordered_by.event} is not read; one of {', '.join(sorted(ORDERING))}"
    if kind.is_approved != bool(kind.approved_by):
        yield "approved_by: names posts exactly where an approval orders the paper"
    if kind.is_approved and kind.ordered_by.where:
        yield "ordered_by: an approval names its kind, and is matched by nothing else"
    if kind.is_approved and kind.repeats:
        yield "repeats: an approval names the paper of a later round itself"
    if kind.audience == "office" and not kind.is_approved:
        yield "audience: an officer approves what goes to another office"
    if kind.facts and not kind.is_approved:
        yield "facts: only an approving desk enters facts"
    if kind.names_station and kind.ordered_by.event == ComplaintFiled.type:
        yield "names_station: a paper made at filing is older than any assignment"


def _outcome_problems(kind: Kind) -> Iterator[str]:
    if kind.ordered_by.event == VerificationCompleted.type and not kind.verification:
        yield "verification: the outcomes that the paper tells of are missing"
    if kind.verification and kind.ordered_by.event == ComplaintFiled.type:
        yield "verification: nothing is verified at filing"
    for one in _passages(kind):
        if set(one.outcomes) - set(kind.verification):
            yield "statement: speaks of an outcome that the paper does not rest on"
        if {VerificationOutcome.CLEAR, VerificationOutcome.ADVERSE} <= set(one.outcomes):
            yield "statement: says the same of a clear and of an adverse verification"
    for part in ("statement", "basis", "does_not_say"):
        for outcome in kind.verification or (None,):
            if not list(passages_for(getattr(kind, part), outcome)):
                yield f"{part}: says nothing" + (f" of the outcome {outcome}" if outcome else "")


def _row_problems(kind: Kind) -> Iterator[str]:
    for row in kind.rows:
        if not _exists(kind, row):
            yield f"rows/{row.show}: there is no such value"
        if row.show in _TIMES and row.as_ not in {"date", "time"}:
            yield f"rows/{row.show}: is a date or a time"
        if (row.as_ == "label") != bool(row.labels):
            yield f"rows/{row.show}: labels stand exactly where it is shown as one"
    twice = [name for name, count in Counter(row.show for row in kind.rows).items() if count > 1]
    yield from (f"rows/{name}: stands twice" for name in twice)
    shown = {row.show for row in kind.rows}
    yield from (f"facts/{name}: no row shows it" for name in kind.facts if f"facts.{name}" not in shown)
    if "station" in shown and not kind.names_station:
        yield "rows/station: the paper names no station"


def _exists(kind: Kind, row: Shown) -> bool:
    source, _, name = row.show.partition(".")
    match source:
        case "attributes":
            return bool(name) and all(part.isidentifier() for part in name.split("."))
        case "facts":
            return name in kind.facts
        case "event":
            return name in EVENT_CLASSES[kind.ordered_by.event].model_fields
    return row.show in FACTS_OF_A_CASE


def _text_problems(kind: Kind) -> Iterator[str]:
    allowed = PLACEHOLDERS | ({"valid_until"} if kind.validity != "none" else set())
    allowed |= ({"post"} if kind.is_approved else set()) | ({"place"} if kind.names_station else set())
    for place, text in _plain_texts(kind):
        yield from (f"{place}/{problem}" for problem in text_problems(text, frozenset()))
    for place, text in (("who/named", kind.who.named), ("who/unnamed", kind.who.unnamed)):
        yield from (f"{place}/{problem}" for problem in text_problems(text, frozenset({"tracking_number"})))
    for part in ("statement", "basis", "does_not_say", "advice"):
        for number, passage in enumerate(getattr(kind, part), 1):
            yield from (f"{part}/{number}/{problem}" for problem in text_problems(passage, allowed))


def _plain_texts(kind: Kind) -> Iterator[tuple[str, Text]]:
    yield "title", kind.title
    yield "number_label", kind.number_label
    yield from _row_texts(kind.rows)


def _row_texts(rows: Iterable[Shown]) -> Iterator[tuple[str, Text]]:
    for row in rows:
        yield f"rows/{row.show}/label", row.label
        yield from ((f"rows/{row.show}/labels/{code}", text) for code, text in row.labels.items())


def _common_problems(common: Common) -> Iterator[str]:
    texts = [*_row_texts(common.rows.values()), ("without_station", common.without_station)]
    texts += [(f"notes/{number}", note) for number, note in enumerate(common.notes, 1)]
    for place, text in texts:
        yield from (f"common/{place}/{problem}" for problem in text_problems(text, frozenset()))
    yield from (f"common/station/{problem}" for problem in text_problems(common.station, frozenset({"station"})))


def text_problems(text: Text, allowed: frozenset[str]) -> Iterator[str]:
    """Hindi in Devanagari and English without, both naming the same of the allowed facts."""
    if not _DEVANAGARI.search(text.hi):
        yield f"hi: is not in Devanagari: {text.hi!r}"
    if not text.en.strip() or _DEVANAGARI.search(text.en):
        yield f"en: is no English: {text.en!r}"
    try:
        hi, en = _named(text.hi), _named(text.en)
    except ValueError as error:
        yield f"not a well-formed text: {error}"
        return
    if hi != en:
        yield f"hi names {sorted(hi)}, en {sorted(en)}"
    if unknown := sorted((hi | en) - allowed):
        yield f"there is no {', '.join(unknown)} here"


def _named(text: str) -> set[str]:
    """The placeholders of a text; only a plain `{name}` is one."""
    found = set()
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"{{{name}}} is no plain name")
        found.add(name)
    return found


def _number_problems(papers: Papers) -> Iterator[str]:
    seen: dict[str, str] = {}
    for kind in papers.kinds.values():
        if not _PREFIX.fullmatch(kind.prefix):
            yield f"{kind.kind}/prefix: {kind.prefix!r} is not two capital letters that cannot be misread"
            continue
        # A number typed under another kind's prefix must show as mistyped.
        for mark in (str(canonical(kind.prefix)), f"check {written_number(kind.prefix, _NO_BODY)[-1]}"):
            if mark in seen:
                yield f"{kind.kind}/prefix: {kind.prefix!r} is too like that of {seen[mark]}"
            seen.setdefault(mark, kind.kind)


def _passages(kind: Kind) -> Iterator[Passage]:
    yield from (*kind.statement, *kind.basis, *kind.does_not_say, *kind.advice)
