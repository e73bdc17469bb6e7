"""What the owner and the station's officers are shown of an away notice: pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from chassis.http.problems import Language
from chassis.sentences import CodeNames
from event_schemas import PersonalData
from intake.away.domain import KEPT_AFTER_RETURN, AwayNotice
from intake.away.handlers import OpenedNotice
from intake.case.model import Case
from intake.catalogue import Service
from intake.catalogue.questions import label


def notice_view(opened: OpenedNotice, service: Service, code_names: CodeNames, language: Language) -> Mapping[str, Any]:
    notice, answers = opened.notice, opened.answers
    house = label(service.attributes, "/house", answers["house"])
    return {
        "notice_id": notice.notice_id,
        "state": notice.state.value,
        "state_text": code_names.name("away_states", notice.state.value, language),
        "away_from": answers["away_from"],
        "away_until": answers["away_until"],
        "house": answers["house"],
        "house_text": answers["house"] if house is None else house.in_(language),
        "key_with": answers.get("key_with"),
        "phone_away": answers.get("phone_away"),
        "seen_at": notice.seen_at,
        "visits": [
            {"at": one.at, "found": one.found, "found_text": code_names.name("round_findings", one.found, language)}
            for one in notice.visits
        ],
        "deleted_after": date.fromisoformat(answers["away_until"]) + KEPT_AFTER_RETURN,
    }


def line_view(notice: AwayNotice, code_names: CodeNames, language: Language) -> Mapping[str, Any]:
    return {
        "notice_id": notice.notice_id,
        "state": notice.state.value,
        "state_text": code_names.name("away_states", notice.state.value, language),
        "created_at": notice.created_at,
        "seen_at": notice.seen_at,
        "visits": len(notice.visits),
    }


def officers_view(case: Case, personal: PersonalData) -> Mapping[str, Any]:
    """Where the house is, as the registration has it."""
    home = [personal.attributes.get(f"home_{name}") for name in ("address", "district", "pin")]
    return {
        "tracking_number": case.tracking_number,
        "name": personal.attributes.get("name") or personal.name,
        "address": ", ".join(str(part) for part in home if part) or personal.address,
    }
