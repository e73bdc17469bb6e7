"""GET /v1/desk/cases/{case_id}/certificates/{certificate_id}.pdf: the papers of a case for its desk, letters too."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Response

from chassis.http.openapi import described
from chassis.http.problems import NOT_FOUND, Problem
from intake.auth import Principal, actor_of
from intake.desk.api import DeskParts
from intake.tracking import docs
from intake.tracking.papers import Papers, handed_out, paper_of

RECORDED_AS: Final = "paper:"
"""Before the paper's id: the reason that the trail keeps of a reading."""


def desk_papers_router(parts: DeskParts, papers: Papers) -> APIRouter:
    router = APIRouter(prefix="/v1/desk/cases", tags=["desk"])
    Officer = Annotated[Principal, Depends(parts.officer)]  # noqa: N806  a type

    @router.get("/{case_id}/certificates/{certificate_id}.pdf", response_class=Response)
    @described(docs.DESK_PAPER)
    async def paper(
        case_id: str,
        certificate_id: str,
        principal: Officer,
        if_none_match: Annotated[str | None, Header(max_length=500)] = None,
    ) -> Response:
        actor = actor_of(principal)
        case = await parts.case(case_id, actor)
        known = paper_of(case, certificate_id)
        if known is None:
            raise Problem(NOT_FOUND)
        answer = await handed_out(papers, known, if_none_match)
        await parts.record_look(case, actor, f"{RECORDED_AS}{known.certificate_id}")
        return answer

    return router
