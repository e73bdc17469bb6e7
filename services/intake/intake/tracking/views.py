"""The status a citizen sees, from the case and its timeline: pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from chassis.http.problems import Language
from chassis.sentences import CodeNames, Values
from event_schemas import Station
from event_schemas.papers import is_letter
from intake.beat.domain import answerable, visits_of
from intake.case.clock_views import clock_view
from intake.case.clocks import ClockRecord, ClockView, Due, displayed_state
from intake.case.model import Case, CaseHelper, CaseIdentity, HearingRecord, Relation, TimelineEntry
from intake.case.offers import emergency_offer
from intake.case.states import DONE
from intake.catalogue import Service
from intake.reopening.rules import is_appealable
from intake.texts import Texts
from intake.tracking.files import file_view, papers_view
from intake.tracking.story import current_office, next_step_facts, outcome, story_of

APPEAL_OFFERED: Final = "appeal_offered"
LINKS: Final = {one: f"linked_{one}" for one in Relation}


def status_view(
    case: Case,
    derived: Sequence[TimelineEntry],
    *,
    texts: Texts,
    language: Language,
    now: datetime,
    public_url: str,
    service: Service | None = None,
    helplines: Sequence[Mapping[str, Any]] = (),
    for_officers: bool = False,
) -> Mapping[str, Any]:
    """The body of GET /v1/complaints/{tracking_number}, as contracts.md gives it."""
    case_url = _url_of(case, public_url)
    papers_url = f"{public_url.rstrip('/')}/v1/desk/cases/{case.case_id}" if for_officers else case_url
    station = case.assignment.station if case.assignment else None
    story = story_of(case, merged_timeline(case, derived), for_officers=for_officers)
    found = outcome(case, story, texts, language)
    return {
        "case_id": case.case_id,
        "tracking_number": case.tracking_number,
        "service_code": case.service_code,
        "lane": case.lane.value,
        "service_name": texts.code_names.name("services", case.service_code, language),
        "status": case.state.value,
        "status_text": texts.code_names.name("case_states", case.state.value, language),
        "version": case.version,
        "filed_at": case.filed_at,
        "received_at": case.counter.received_at if case.counter else None,
        "helper": _helper(case.helper, texts, language),
        "station": _station(station) if station else None,
        "officer_post": case.assignment.officer_post if case.assignment else None,
        "office_name": Values(current_office(case), texts.code_names, language)["office"] if case.assignment else None,
        "timeline": [
            {"at": one.entry.at, "event": one.entry.event, "text": text}
            for one in story
            if (text := texts.of_event(one.entry.event, one.facts, language)) is not None
        ],
        "clocks": [*_clocks(case, now, texts.code_names, language)],
        "hearings": [
            _hearing(case, hearing, texts, language)
            for hearing in sorted(case.hearings.values(), key=lambda hearing: hearing.starts_at)
        ],
        "visits": [*_visits(case, now, texts.code_names, language)],
        "certificates": [
            {
                "certificate_id": certificate.certificate_id,
                "kind": certificate.kind,
                "kind_text": texts.code_names.name("certificates", certificate.kind or "", language),
                "url": f"{papers_url}/certificates/{certificate.certificate_id}.pdf",
                "verify_url": certificate.verify_url,
            }
            for certificate in case.certificates.values()
            if certificate.issued_at is not None and not certificate.revoked
            # What goes to an office its desk sends.
            if for_officers or not is_letter(certificate.kind)
        ],
        "evidence": [file_view(record, texts, language) for record in case.evidence.values()],
        "documents": papers_view(service, case, language),
        "identity": _identity(case.identity, texts, language),
        "outcome": {"code": found.code, "text": found.text, "at": found.at} if found else None,
        "next_step": texts.next_step(next_step_facts(case, story, now), language),
        "appeal": appeal_view(case, public_url, texts, language),
        "emergency": emergency_offer(case, case_url, texts, language),
        "links": [
            {
                "relation": str(link.relation),
                "case_id": link.case_id,
                "tracking_number": link.tracking_number,
                "text": texts.notices[LINKS[link.relation]].in_(language),
            }
            for link in case.links
            if not (link.hidden and for_officers)
        ],
        "helplines": list(helplines),
    }


def appeal_view(case: Case, public_url: str, texts: Texts, language: Language) -> Mapping[str, Any] | None:
    """The offer of an appeal, where the case was rated badly; None where none is offered."""
    if not is_appealable(case):
        return None
    return {"text": texts.notices[APPEAL_OFFERED].in_(language), "url": f"{_url_of(case, public_url)}/appeal"}


def _url_of(case: Case, public_url: str) -> str:
    return f"{public_url.rstrip('/')}/v1/complaints/{case.tracking_number}"


def _identity(identity: CaseIdentity | None, texts: Texts, language: Language) -> Mapping[str, Any] | None:
    if identity is None:
        return None
    return {
        "state": str(identity.state),
        "state_text": texts.code_names.name("case_identity_states", identity.state, language),
        "document": identity.document,
        "last_four": identity.last_four,
    }


def _helper(helper: CaseHelper | None, texts: Texts, language: Language) -> Mapping[str, Any] | None:
    if helper is None:
        return None
    return {"kind": helper.kind, "kind_text": texts.code_names.name("helpers", helper.kind, language)}


def own_case(case: Case, texts: Texts, language: Language) -> Mapping[str, Any]:
    """A line of a citizen's list of his cases."""
    return {
        "case_id": case.case_id,
        "tracking_number": case.tracking_number,
        "service_code": case.service_code,
        "service_name": texts.code_names.name("services", case.service_code, language),
        "lane": case.lane.value,
        "status": case.state.value,
        "status_text": texts.code_names.name("case_states", case.state.value, language),
        "filed_at": case.filed_at,
    }


def _station(station: Station) -> Mapping[str, Any]:
    names = {"name": station.name, "name_hi": station.name_hi}
    return {"code": station.code, **names, "district": station.district}


def merged_timeline(case: Case, derived: Sequence[TimelineEntry]) -> list[TimelineEntry]:
    """A case's own entries and those of derived events, each once, by time.

    At one instant its own come first, in their order: what was filed is not shown after what followed from it.
    """
    by_id = {entry.event_id: entry for entry in (*derived, *case.history)}
    own = {entry.event_id: number for number, entry in enumerate(case.history)}
    return sorted(by_id.values(), key=lambda entry: (entry.at, own.get(entry.event_id, len(own)), entry.event_id))


def _hearing(case: Case, hearing: HearingRecord, texts: Texts, language: Language) -> Mapping[str, Any]:
    """The codes as the contract has them, and each in words."""
    facts = {"place": hearing.place, "starts_at": hearing.starts_at.isoformat(), **current_office(case)}
    values = Values(facts, texts.code_names, language)
    return {
        "hearing_id": hearing.hearing_id,
        "starts_at": hearing.starts_at,
        "mode": hearing.mode,
        "place": hearing.place,
        "status": hearing.status,
        "ends_at": hearing.ends_at,
        "join_url": hearing.join_url,
        "place_name": values["place"],
        "mode_text": texts.code_names.name("hearing_modes", hearing.mode, language),
        "status_text": texts.code_names.name("hearing_statuses", hearing.status, language),
        "when_text": values["when"],
    }


def _visits(case: Case, now: datetime, code_names: CodeNames, language: Language) -> Iterable[Mapping[str, Any]]:
    asked = answerable(case, now)
    for visit in visits_of(case):
        yield {
            "visit_no": visit.visit_no,
            "state": visit.state.value,
            "state_text": code_names.name("visit_states", visit.state, language),
            "visitor": visit.visitor,
            "visitor_text": None if visit.visitor is None else code_names.name("visitors", visit.visitor, language),
            "visit_by": visit.visit_by,
            "visited_at": visit.at,
            "may_answer": asked is not None and visit.visit_no == asked.visit_no and case.state not in DONE,
        }


def _clocks(case: Case, now: datetime, code_names: CodeNames, language: Language) -> Iterable[Mapping[str, Any]]:
    def shown(clock: ClockRecord | Due, state: str, at: datetime) -> Mapping[str, Any]:
        who = {"owner": clock.owner, "target_s": clock.target_s}
        return {**clock_view(clock, state, at, code_names, language), **who}

    recorded = [view for view in case.clocks.values() if view.record is not None]
    known = {view.record.clock_id for view in recorded if view.record is not None}
    for due in case.due:
        if due.clock_id not in known:
            yield shown(due, "running", now)
    for view in sorted(recorded, key=_by_due):
        record = view.record
        assert record is not None
        state = displayed_state(view)
        yield shown(record, state, record.stopped_at if state in ("met", "cancelled") and record.stopped_at else now)


def _by_due(view: ClockView) -> tuple[datetime, str]:
    assert view.record is not None
    return view.record.due_at, view.record.clock_id
