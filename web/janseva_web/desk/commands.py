"""The form of a command, drawn from intake's OpenAPI document; what its codes are called is in the chassis' names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import FormData

from chassis.sentences import CodeNames
from janseva_web.languages import PageLanguage
from janseva_web.suite.desk import DeskCase

# What a button of this desk does not send: the server's time counts, devices fill the rest, or the newest is meant.
LEFT_OUT: Final = frozenset(
    {
        "reported_at", "location", "source", "fix_age_s", "facts", "officer_post", "place", "confirmation", "method",
        "remarks_code", "certificate_id", "join_url", "permitted_by_post", "document", "last_four",
    }
)  # fmt: skip
# The vocabulary of a code, by command and field, else by the field alone.
VOCABULARIES: Final[Mapping[tuple[str, str], str]] = {
    ("", "finding"): "findings",
    ("", "how"): "emergency_outcomes",
    ("", "documents"): "documents",
    ("", "mode"): "hearing_modes",
    ("", "kind"): "responder_kinds",
    ("complete-verification", "outcome"): "verification_outcomes",
    ("answer-sub-request", "outcome"): "verification_outcomes",
    ("decide-dispute", "outcome"): "verification_outcomes",
    ("", "decision"): "dispute_decisions",
    ("hold-hearing", "outcome"): "hearing_outcomes",
    ("pause-clock", "reason_code"): "pause_reasons",
    ("refuse-certificate", "reason_code"): "refusal_reasons",
    ("decline-fir", "reason_code"): "fir_decline_reasons",
    ("review-identity", "outcome"): "case_identity_states",
    ("", "visitor"): "visitors",
    ("record-visit", "outcome"): "visit_outcomes",
    ("close", "outcome"): "closing_reasons",
    ("close", "reason_code"): "closing_reasons",
}
# Codes that have no vocabulary elsewhere; their names are texts of these pages.
OWN_CODES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("complete-verification", "address_waiver"): ("no_answer", "not_needed_here", "asked_otherwise"),
    ("transfer", "reason_code"): ("other_jurisdiction", "specialist_unit", "officer_accused"),
    ("stand-down", "reason_code"): ("not_needed", "sent_twice", "came_otherwise"),
    ("order-certificate-revocation", "reason_code"): ("wrong_person", "false_statement", "printed_wrong"),
    ("cancel-hearing", "reason_code"): ("officer_away", "citizen_asked"),
    ("record-no-show", "party"): ("citizen", "officer"),
    ("confirm-withdrawal", "confirmation"): ("otp", "kiosk", "witness"),
    ("publish-fir", "portal"): ("fir_online", "missing_children"),
}
# A choice of papers, where a case has several.
ONE_OF_MANY: Final[Mapping[tuple[str, str], Callable[[DeskCase], tuple[tuple[str, str], ...]]]] = {
    ("approve-certificate", "kind"): lambda case: tuple((one.kind, one.kind_text) for one in case.papers),
    ("order-certificate-revocation", "certificate_id"): lambda case: tuple(
        (one.certificate_id, one.kind_text) for one in case.certificates
    ),
}
# More than any command takes: what is too long is refused, never cut.
LONGEST: Final = 8_000
# What may be longer is written in a field of several lines.
LINE: Final = 400
MOST_LINES: Final = 40


@dataclass(frozen=True, slots=True)
class CommandField:
    """`shape` is text, long, time, lines, check, one or many (of `choices`)."""

    name: str
    title: str
    shape: str
    needed: bool
    choices: tuple[tuple[str, str], ...] = ()
    longest: int = 0


@dataclass(frozen=True, slots=True)
class CommandForm:
    act: str
    title: str
    fields: tuple[CommandField, ...]


@dataclass(frozen=True, slots=True)
class CommandForms:
    """Draws the forms of what is allowed now, in one language."""

    names: CodeNames

    def of(self, case: DeskCase, document: Mapping[str, Any], language: PageLanguage) -> tuple[CommandForm, ...]:
        return tuple(
            CommandForm(
                act,
                case.allowed_text.get(act, act),
                tuple(self._fields(act, schema, case, language, document)),
            )
            for act in case.allowed
            if (schema := body_schema(document, act)) is not None
        )

    def _fields(
        self, act: str, schema: Mapping[str, Any], case: DeskCase, language: PageLanguage, document: Mapping[str, Any]
    ) -> Iterator[CommandField]:
        required = set(schema.get("required", ()))
        for name, member in schema.get("properties", {}).items():
            papers = ONE_OF_MANY.get((act, name))
            choices = self._choices(act, name, member, case, language) if papers is None else papers(case)
            one_of_many = name == "hearing_id" or papers is not None
            # The one hearing, or paper, that there is need not be chosen.
            left_out = len(choices) < 2 if one_of_many else name in LEFT_OUT
            if left_out and name not in required:
                continue
            shape = _shape(member, many=bool(choices), document=document)
            # An optional code without names to choose from is nothing to ask a person.
            if shape == "text" and name not in required and name.endswith(("_code", "_id", "outcome", "_of")):
                continue
            longest = int(_plain(member).get("maxLength", 0))
            if shape == "text" and longest > LINE:
                shape = "long"
            title = language.text(f"desk.field.{name if papers is None else 'paper'}")
            yield CommandField(name, title, shape, name in required, choices, longest)

    def _choices(
        self, act: str, name: str, member: Mapping[str, Any], case: DeskCase, language: PageLanguage
    ) -> tuple[tuple[str, str], ...]:
        plain = _plain(member)
        match name:
            case "clock_id":
                wanted = "paused" if act == "resume-clock" else "running"
                return tuple((clock.clock_id, clock.name) for clock in case.clocks if clock.state == wanted)
            case "hearing_id":
                return tuple((one.hearing_id, one.when_text or one.hearing_id) for one in case.hearings)
            case "duplicate_of":
                return tuple((one, one) for one in case.possible_duplicates)
        own = OWN_CODES.get((act, name))
        if own is not None:
            return tuple((code, language.text(f"desk.code.{code}")) for code in own)
        group = VOCABULARIES.get((act, name)) or VOCABULARIES.get(("", name))
        allowed: Sequence[str] = plain.get("enum") or _plain(plain.get("items", {})).get("enum") or ()
        if group is None:
            return tuple((code, code) for code in allowed)
        known = self.names.names(group)
        codes = [code for code in (allowed or known) if code != "default"]
        return tuple((code, known[code].in_(language.filed) if code in known else code) for code in codes)


def body_schema(document: Mapping[str, Any], act: str) -> Mapping[str, Any] | None:
    """The JSON Schema of a command's body; None for an act that the document does not know."""
    call = document.get("paths", {}).get(f"/v1/desk/cases/{{case_id}}/{act}", {}).get("post")
    if not isinstance(call, dict):
        return None
    content = call.get("requestBody", {}).get("content", {}).get("application/json", {})
    return _resolved(content.get("schema", {}), document)


def body_of(form: CommandForm, given: FormData) -> dict[str, Any]:
    """What was filled in, as the command takes it; empty fields are left out."""
    body: dict[str, Any] = {}
    for field in form.fields:
        name = field_id(form.act, field.name)
        texts = [value.strip()[:LONGEST] for value in given.getlist(name)[:MOST_LINES] if isinstance(value, str)]
        first = texts[0] if texts else ""
        match field.shape:
            case "check":
                body[field.name] = first == "yes"
            case "many":
                body[field.name] = texts
            case "lines":
                body[field.name] = [line.strip() for line in first.splitlines()[:MOST_LINES] if line.strip()]
            case "time" if first:
                body[field.name] = f"{first}:00+05:30"
            case _ if first:
                body[field.name] = first
    return {name: value for name, value in body.items() if value != []}


def field_id(act: str, name: str) -> str:
    return f"{act}-{name}"


def _shape(member: Mapping[str, Any], *, many: bool, document: Mapping[str, Any]) -> str:
    plain = _resolved(_plain(member), document)
    match plain.get("type"):
        case "boolean":
            return "check"
        case "array":
            return "many" if many else "lines"
    if plain.get("format") == "date-time":
        return "time"
    return "one" if many else "text"


def _plain(member: Mapping[str, Any]) -> Mapping[str, Any]:
    """The member without its `null`."""
    options = [one for one in member.get("anyOf", ()) if one.get("type") != "null"]
    return options[0] if options else member


def _resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found: Mapping[str, Any] = document.get("components", {}).get("schemas", {}).get(name, {}) if name else schema
    return found
