"""Everything that the suite keeps of a person, a page of cases at a time: as JSON, and as a page to read."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from chassis.bilingual import Bilingual, Language
from chassis.clock import Clock
from chassis.sealing import KeyRing, SealError
from chassis.settings import load_yaml
from event_schemas import PersonalData
from event_schemas.calendars import india_minute
from event_schemas.times import whole_ms
from intake.auth import Principal
from intake.case.contact import safe_contact_of
from intake.case.model import OWNER, ActedBy, Case
from intake.case.store import CaseFilter, CaseStore
from intake.case.trail.handlers import Trail
from intake.catalogue import Catalogue
from intake.identity.api import claim_view
from intake.identity.handlers import IdentityDesk
from intake.metrics import IntakeMetrics
from intake.own_data.messages import Messages
from intake.texts import Texts
from intake.tracking.api import StatusReader

REASON: Final = "export"


@dataclass(frozen=True, slots=True)
class Exporter:
    cases: CaseStore
    trail: Trail
    identity: IdentityDesk
    reader: StatusReader
    messages: Messages
    ring: KeyRing
    catalogue: Catalogue
    texts: Texts
    metrics: IntakeMetrics
    clock: Clock

    async def page(self, citizen: Principal, after: str | None, limit: int, language: Language) -> Mapping[str, Any]:
        """Recorded before anything is given. Problem messages_unavailable rather than an incomplete copy."""
        now = whole_ms(self.clock.now())
        wanted = CaseFilter(owner=citizen.sub, filed_since=citizen.known_since or now, sensitive=False)
        found = await self.cases.page(wanted, after, limit)
        profile, claims = await self.identity.profile(citizen), await self.identity.claims(citizen)
        items = [await self._case(case, citizen, language) for case in found.cases]
        self.metrics.exports.inc()
        return {
            "exported_at": now,
            "note": labels()["note"].in_(language),
            "profile": {
                "phone": citizen.phone,
                **asdict(profile),
                "identity": [claim_view(claim, self.texts, self.catalogue, language) for claim in claims],
            },
            "items": items,
            "next_cursor": found.cursor,
        }

    async def _case(self, case: Case, citizen: Principal, language: Language) -> Mapping[str, Any]:
        await self.trail.look(case, ActedBy(OWNER, citizen.sub), REASON, self.clock.now())
        looks = await self.trail.looks(case.case_id)
        return {
            "case": await self.reader.view(case, language),
            "filed": self._filed(case, language),
            "messages": await self.messages.sent(case.case_id),
            "looks": [{"at": one.at, "post": one.post, "reason": one.what} for one in looks],
        }

    def _filed(self, case: Case, language: Language) -> Mapping[str, Any]:
        """What he sent; `readable` is false once the month's key is gone, as nobody can read it any more."""
        try:
            own = (
                PersonalData()
                if case.sealed is None
                else PersonalData.from_json(self.ring.open(case.case_id, case.sealed))
            )
            contact, readable = safe_contact_of(self.ring, case), True
        except SealError:
            own, contact, readable = PersonalData(), None, False
        place = own.location or case.location
        answers = {**case.attributes, **own.attributes}
        return {
            "name": own.name,
            "phone": own.phone,
            "email": own.email,
            "address": own.address,
            "description": own.description,
            "location": None if place is None else place.model_dump(exclude_none=True),
            "answers": [self._answer(case, name, value, language) for name, value in answers.items()],
            "contact": None if contact is None else contact.model_dump(),
            "readable": readable,
        }

    def _answer(self, case: Case, name: str, value: Any, language: Language) -> Mapping[str, Any]:
        service = self.catalogue.get(case.service_code)
        question = {} if service is None else service.attributes.get("properties", {}).get(name, {})
        title = question.get("title", {}) if isinstance(question, dict) else {}
        return {"name": name, "title": title.get(language, name) if isinstance(title, dict) else name, "value": value}


@cache
def labels() -> Mapping[str, Bilingual]:
    return TypeAdapter(dict[str, Bilingual]).validate_python(load_yaml(Path(__file__).with_name("export.yaml")))


def readable(page: Mapping[str, Any], language: Language) -> str:
    """The page as HTML that runs nothing and loads nothing."""
    named = {key: escape(text.in_(language)) for key, text in labels().items()}
    body = "".join(_sections(page, named))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{named["title"]}</title></head>'
        f"<body><h1>{named['title']}</h1><p>{named['note']}</p>{body}</body></html>"
    )


def _sections(page: Mapping[str, Any], named: Mapping[str, str]) -> Iterator[str]:
    profile = page["profile"]
    known = [(named[key], profile[key]) for key in ("phone", "name", "address", "language") if profile[key]]
    known += [(one["document_text"], f"…{one['last_four']} ({one['state_text']})") for one in profile["identity"]]
    yield f"<h2>{named['profile']}</h2>{_table(known)}"
    for item in page["items"]:
        yield "".join(_of_case(item, named))
    if page["next_cursor"] is not None:
        yield f"<p>{named['more']}</p>"


def _of_case(item: Mapping[str, Any], named: Mapping[str, str]) -> Iterator[str]:
    case, filed = item["case"], item["filed"]
    yield f"<h2>{escape(str(case['service_name']))}: {escape(case['tracking_number'])}</h2>"
    station = case["station"]["name"] if case["station"] else None
    rows = [(named["status"], case["status_text"]), (named["filed_at"], india_minute(case["filed_at"]))]
    rows += [(named["station"], station)] if station else []
    rows += [(named[key], filed[key]) for key in ("name", "phone", "address", "description") if filed[key]]
    if filed["location"]:
        rows.append((named["place"], f"{filed['location']['lat']}, {filed['location']['lon']}"))
    rows += [(escape(str(one["title"])), _value(one["value"])) for one in filed["answers"]]
    if contact := filed["contact"]:
        hours = f"{contact['opens']}-{contact['closes']}" if contact["opens"] else ""
        rows.append(
            (named["contact"], ", ".join(filter(None, (named["neutral"] if contact["neutral"] else "", hours))))
        )
    yield _table(rows)
    lists = {
        "timeline": [f"{india_minute(one['at'])} {one['text']}" for one in case["timeline"]],
        "evidence": [f"{india_minute(one['at'])} {one['media_type']}, {one['bytes']}" for one in case["evidence"]],
        "hearings": [f"{india_minute(one['starts_at'])} {one['place']}" for one in case["hearings"]],
        "certificates": [f"{one['kind_text']} {one['verify_url']}" for one in case["certificates"]],
        "messages": [f"{str(one['created_at'])[:16].replace('T', ' ')} {one['channel']}" for one in item["messages"]],
        "looks": [f"{india_minute(one['at'])} {one['post']}" for one in item["looks"]],
    }
    for key, lines in lists.items():
        if lines:
            yield f"<h3>{named[key]}</h3><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _table(rows: list[tuple[str, Any]]) -> str:
    return (
        "<table>"
        + "".join(f"<tr><th>{name}</th><td>{escape(str(value))}</td></tr>" for name, value in rows)
        + "</table>"
    )


def _value(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
