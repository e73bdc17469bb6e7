"""The kinds of paper as data, one file each: what orders one, what it shows and says, how long it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import Field, ValidationError

from chassis.settings import NotYaml, load_yaml
from event_schemas import CertificateApproved, ComplaintFiled, Event, Post, VerificationOutcome
from event_schemas.event_match import EventMatch
from event_schemas.names import Name
from event_schemas.papers import PaperAudience, PaperFact, PaperRule, last_second
from event_schemas.values import Code

from .page import Frozen, Text

PAPERS: Final = Path(__file__).with_name("papers")
COMMON: Final = Path(__file__).with_name("common.yaml")

How = Literal["text", "date", "time", "label", "masked"]


class PaperError(ValueError):
    """A file of a paper breaks a rule; the message has one problem a line."""


class Shown(Frozen):
    """A row. `show` names the value: name, address, description, station, district, tracking_number, filed_at,
    issued_at, or attributes.x, facts.x, event.x. A value that is missing leaves its row out.
    """

    show: str
    as_: How = Field("text", alias="as")
    label: Text
    labels: Mapping[str, Text] = {}


class Passage(Text):
    """Sentences in both languages; with `outcomes`, only on a paper that rests on such a verification."""

    outcomes: tuple[VerificationOutcome, ...] = ()


class Who(Frozen):
    """What the text calls the person, with the name above and without one."""

    named: Text
    unnamed: Text


class Validity(Frozen):
    """Counted from the day of issue; the paper holds up to the end of the same day of its last month."""

    months: int = Field(ge=1, le=120)

    def last_second(self, issued_at: datetime) -> datetime:
        """The end of its last day in India."""
        return last_second(issued_at, self.months)


class Sample(Frozen):
    """Facts of nobody, for the picture of the kind and for its tests."""

    name: str | None = None
    address: str | None = None
    description: str | None = None
    attributes: Mapping[str, Any] = {}
    facts: Mapping[str, str] = {}
    event: Mapping[str, Any] = {}
    outcome: VerificationOutcome | None = None


class Kind(Frozen):
    """A kind of paper. `repeats`: each ordering event has a paper of its own, which takes the place of the one before.

    `called`: its name inside a sentence, where that is not its title. `verification`: the outcomes it may rest on;
    none: it rests on no verification. `facts`: what the approving desk enters. `audience`: a letter is for an office,
    whose desk sends it. `source`: where its rules come from, and what is still to be confirmed.
    """

    kind: Code
    prefix: str
    title: Text
    called: Text | None = None
    number_label: Text
    services: tuple[str, ...]
    ordered_by: EventMatch
    approved_by: tuple[Post, ...] = ()
    verification: tuple[VerificationOutcome, ...] = ()
    needs_applicant: bool = False
    facts: Mapping[str, Literal["required", "optional"]] = {}
    repeats: bool = False
    names_station: bool
    validity: Validity | Literal["none"]
    audience: PaperAudience = "citizen"
    who: Who
    rows: tuple[Shown, ...]
    statement: tuple[Passage, ...]
    basis: tuple[Passage, ...]
    does_not_say: tuple[Passage, ...]
    advice: tuple[Passage, ...] = ()
    source: str
    sample: Sample

    @property
    def is_approved(self) -> bool:
        """By an officer's approval that names this kind."""
        return self.ordered_by.event == CertificateApproved.type

    @property
    def rule(self) -> PaperRule:
        """What other services may know of it. KeyError: a fact that no row shows."""
        shown = {row.show: row for row in self.rows}
        called = self.called or self.title
        return PaperRule(
            kind=self.kind,
            called=Name(hi=called.hi, en=called.en),
            services=self.services,
            ordered_by=self.ordered_by.event,
            approved_by=self.approved_by,
            verification=self.verification,
            needs_applicant=self.needs_applicant,
            months=None if self.validity == "none" else self.validity.months,
            audience=self.audience,
            facts={name: _fact(need == "required", shown[f"facts.{name}"]) for name, need in self.facts.items()},
        )

    def valid_until(self, issued_at: datetime) -> datetime | None:
        return None if self.validity == "none" else self.validity.last_second(issued_at)


class Common(Frozen):
    """What several kinds share: rows by name, how a place is spoken of, and the notes beside the QR code."""

    rows: Mapping[str, Shown]
    station: Text
    without_station: Text
    notes: tuple[Text, ...]


class Papers(Frozen):
    """All kinds, by code."""

    kinds: Mapping[str, Kind]
    common: Common

    @classmethod
    def load(cls, folder: Path = PAPERS) -> Self:
        """Every file of the folder. PaperError names what cannot be read; the rules of content are kind_rules'."""
        common = read_common()
        kinds = [read_kind(path, common) for path in sorted(folder.glob("*.yaml"))]
        if not kinds:
            raise PaperError(f"{folder}: there is no paper")
        return cls(kinds={kind.kind: kind for kind in kinds}, common=common)

    @property
    def prefixes(self) -> tuple[str, ...]:
        return tuple(kind.prefix for kind in self.kinds.values())

    @property
    def services(self) -> frozenset[str]:
        """The services that yield a paper: their filings are kept."""
        return frozenset(service for kind in self.kinds.values() for service in kind.services)

    @property
    def ordering_types(self) -> frozenset[str]:
        return frozenset(kind.ordered_by.event for kind in self.kinds.values())

    def may_order(self, event: Event) -> bool:
        """Whether an event is worth a look at its case."""
        if isinstance(event, ComplaintFiled):
            return event.service_code in self.services
        return event.type in self.ordering_types


def _fact(required: bool, row: Shown) -> PaperFact:
    form = row.as_ if row.as_ in ("date", "time") else "text"
    return PaperFact(required=required, form=form, label=Name(hi=row.label.hi, en=row.label.en))


def read_common(path: Path = COMMON) -> Common:
    try:
        return Common.model_validate(_read(path))
    except ValidationError as error:
        raise PaperError("\n".join(_problems(path, error))) from error


def read_kind(path: Path, common: Common) -> Kind:
    """The kind of one file. A row that is only a name is the common row of that name."""
    raw = _read(path)
    try:
        rows = [_row(one, common) for one in raw.get("rows", ())]
        kind = Kind.model_validate({**raw, "rows": rows})
    except ValidationError as error:
        raise PaperError("\n".join(_problems(path, error))) from error
    except KeyError as error:
        raise PaperError(f"{path.stem}/rows: there is no common row {error}") from error
    if kind.kind != path.stem:
        raise PaperError(f"{path.stem}/kind: is {kind.kind!r}, not the file's name")
    return kind


def _row(written: Any, common: Common) -> Any:
    return common.rows[written] if isinstance(written, str) else written


def _read(path: Path) -> Mapping[str, Any]:
    try:
        raw = load_yaml(path)
    except NotYaml as error:
        raise PaperError(f"{path.stem}: {error}") from error
    if not isinstance(raw, dict):
        raise PaperError(f"{path.stem}: is no mapping")
    return raw


def _problems(path: Path, error: ValidationError) -> Iterable[str]:
    for one in error.errors(include_input=False):
        yield f"{'/'.join([path.stem, *map(str, one['loc'])])}: {one['msg']}"
