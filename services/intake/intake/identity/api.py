"""GET and PATCH /v1/me, POST /v1/me/identity."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response

from chassis.http.openapi import described
from chassis.http.problems import Language, language_of
from chassis.http.rates import RateLimit
from intake.auth import Authenticator, Principal
from intake.catalogue import Catalogue
from intake.http.answers import json_response
from intake.http.reading import read_model
from intake.identity import docs
from intake.identity.bodies import IdentityDocument, ProfilePatch
from intake.identity.domain import ClaimState, IdentityClaim
from intake.identity.handlers import IdentityDesk, Profile
from intake.texts import Texts

NUMBER_DOUBTFUL = "identity_number_doubtful"
NOT_CONFIRMED = "identity_not_confirmed"
REFUTED = "identity_refuted"
_NOTICE_OF = {ClaimState.UNVERIFIED: NOT_CONFIRMED, ClaimState.REFUTED: REFUTED}


def me_router(
    desk: IdentityDesk,
    texts: Texts,
    catalogue: Catalogue,
    authenticator: Authenticator,
    rate: RateLimit,
    settle: Callable[[Principal, IdentityClaim], Awaitable[None]],
) -> APIRouter:
    router = APIRouter(prefix="/v1/me", tags=["profile"])
    Citizen = Annotated[Principal, Depends(authenticator.citizen)]  # noqa: N806  a type

    def answer(body: Mapping[str, Any], language: Language, status: int = 200) -> Response:
        headers = {
            "Content-Language": language,
            "Cache-Control": "no-store",
            "Vary": "Accept-Language, Authorization",
        }
        return json_response(body, status, headers)

    async def me(citizen: Principal, profile: Profile, language: Language) -> Response:
        claims = await desk.claims(citizen)
        code = profile.spoken_language
        named = None if code is None else texts.code_names.name("spoken_languages", code, language)
        shown = {
            "phone": citizen.phone,
            **asdict(profile),
            "spoken_language_text": named,
            "identity": [claim_view(claim, texts, catalogue, language) for claim in claims],
        }
        return answer(shown, language)

    @router.get("")
    @described(docs.READ)
    async def read(citizen: Citizen, accept_language: Annotated[str | None, Header()] = None) -> Response:
        return await me(citizen, await desk.profile(citizen), language_of(accept_language))

    @router.patch("")
    @described(docs.CHANGE)
    async def change(
        citizen: Citizen, request: Request, accept_language: Annotated[str | None, Header()] = None
    ) -> Response:
        patch = await read_model(request, ProfilePatch)
        return await me(citizen, await desk.change_profile(citizen, patch), language_of(accept_language))

    @router.post("/identity", status_code=201)
    @described(docs.ADD)
    async def add(
        citizen: Citizen, request: Request, accept_language: Annotated[str | None, Header()] = None
    ) -> Response:
        body = await read_model(request, IdentityDocument)
        # Nobody may find out whose a number is by asking the register a hundred names.
        rate.check(citizen.sub)
        claim = await desk.add(citizen, body)
        await settle(citizen, claim)
        language = language_of(accept_language)
        return answer(claim_view(claim, texts, catalogue, language), language, 201)

    return router


def claim_view(claim: IdentityClaim, texts: Texts, catalogue: Catalogue, language: Language) -> Mapping[str, Any]:
    paper = catalogue.identity.get(claim.document)
    codes = [_NOTICE_OF.get(claim.state), NUMBER_DOUBTFUL if claim.doubtful else None]
    return {
        "identity_id": claim.claim_id,
        "document": claim.document,
        "document_text": claim.document if paper is None else paper.names.in_(language),
        "last_four": claim.last_four,
        "state": str(claim.state),
        "state_text": texts.code_names.name("identity_states", claim.state, language),
        "checked_by": claim.checked_by,
        "added_at": claim.claimed_at,
        "notices": [
            {"code": code, "text": texts.notices[code].in_(language), "action": texts.notices[code].action}
            for code in codes
            if code is not None
        ],
    }
