"""POST /v1/auth/{otp, token, refresh, logout}."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from chassis.codes import bare_code
from chassis.http.addresses import client_network
from chassis.http.openapi import described
from chassis.http.problems import language_of
from intake.auth import docs
from intake.auth.login import Login, TokenPair


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OtpRequest(_Body):
    """`neutral`: others may read the phone, so the SMS names neither Janseva nor the police."""

    phone: str = Field(min_length=4, max_length=64)
    neutral: bool = False


class OtpSent(BaseModel):
    challenge_id: str
    expires_in: int


class TokenRequest(_Body):
    challenge_id: str = Field(min_length=8, max_length=64)
    otp: Annotated[str, Field(max_length=40), AfterValidator(bare_code), Field(pattern=r"^[0-9]{6}$")]


class RefreshRequest(_Body):
    refresh_token: str = Field(min_length=16, max_length=200)


class Tokens(BaseModel):
    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105 (the OAuth name of the scheme, not a secret)


def auth_router(login: Login) -> APIRouter:
    router = APIRouter(prefix="/v1/auth", tags=["login"])

    @router.post("/otp", status_code=202)
    @described(docs.ASK_CODE)
    async def ask_code(
        body: OtpRequest, request: Request, accept_language: Annotated[str | None, Header()] = None
    ) -> OtpSent:
        language = language_of(accept_language, default="hi")
        challenge_id, expires_in = await login.ask_code(
            body.phone, language, client_network(request), neutral=body.neutral
        )
        return OtpSent(challenge_id=challenge_id, expires_in=expires_in)

    @router.post("/token")
    @described(docs.TRADE_CODE)
    async def trade_code(body: TokenRequest) -> Tokens:
        return _tokens(await login.trade_code(body.challenge_id, body.otp))

    @router.post("/refresh")
    @described(docs.REFRESH)
    async def refresh(body: RefreshRequest) -> Tokens:
        return _tokens(await login.refresh(body.refresh_token))

    @router.post("/logout", status_code=204)
    @described(docs.LOG_OUT)
    async def log_out(body: RefreshRequest) -> Response:
        await login.log_out(body.refresh_token)
        return Response(status_code=204)

    return router


def _tokens(pair: TokenPair) -> Tokens:
    return Tokens(**asdict(pair))
