"""What a 202 says."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi import Response

from chassis.http.problems import Language
from intake.case.due import due_json
from intake.case.model import Case, Relation
from intake.case.offers import emergency_offer
from intake.catalogue import Catalogue
from intake.catalogue.model import ServiceNotice
from intake.filing.handlers import Filed
from intake.http.answers import json_response
from intake.texts import NoticeText, Texts

FILED_BEFORE: Final = "linked_filed_before"


class Answers:
    def __init__(self, texts: Texts, catalogue: Catalogue, public_url: str) -> None:
        self._notice_texts: Mapping[str, NoticeText | ServiceNotice] = {**catalogue.notices, **texts.notices}
        self._texts = texts
        self._catalogue = catalogue
        self._public_url = public_url.rstrip("/")

    def filed(self, filed: Filed, language: Language, more: Mapping[str, Any] | None = None) -> Response:
        """The answer to a filing; the same for its repeat, so it is made from the case alone."""
        case = filed.case
        return json_response(
            {
                "case_id": case.case_id,
                "tracking_number": case.tracking_number,
                "receipt_secret": filed.receipt_secret,
                "status_url": self.status_url(case),
                "service_code": case.service_code,
                "lane": case.lane.value,
                "filed_at": case.filed_at,
                "due": [due_json(due) for due in case.due],
                "notices": self.notices(case.flags if filed.flags is None else filed.flags, language),
                "helplines": self._catalogue.helplines(case.service_code, case.attributes),
                "emergency": emergency_offer(case, self.status_url(case), self._texts, language),
                "possible_duplicates": self._filed_before(case, language),
                **(more or {}),
            },
            202,
            {"Location": self.status_url(case), "Content-Language": language},
        )

    def status_url(self, case: Case) -> str:
        return f"{self._public_url}/v1/complaints/{case.tracking_number}"

    def _filed_before(self, case: Case, language: Language) -> list[Mapping[str, Any]]:
        text = self._texts.notices[FILED_BEFORE].in_(language)
        return [
            {
                "tracking_number": link.tracking_number,
                "service_code": case.service_code,
                "filed_at": link.filed_at,
                "text": text,
            }
            for link in case.links
            if link.relation is Relation.FILED_BEFORE
        ]

    def notices(self, flags: Iterable[str], language: Language) -> list[Mapping[str, Any]]:
        return [
            {"code": flag, "text": text.in_(language), "action": text.action}
            for flag in flags
            if (text := self._notice_texts.get(flag)) is not None
        ]
