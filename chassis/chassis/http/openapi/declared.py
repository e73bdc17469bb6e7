"""Declared where a call is written: who may call it, what it takes, what it answers, which problems it can answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from chassis.http.problems import ProblemType

F = TypeVar("F", bound=Callable[..., Any])
_GUARD: Final = "openapi_guard"
_DESCRIPTION: Final = "openapi_description"


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way to prove who calls; `definition` is an OpenAPI security scheme."""

    name: str
    definition: Mapping[str, str]


def bearer_scheme(name: str, text: str, form: str = "JWT") -> Scheme:
    return Scheme(name, {"type": "http", "scheme": "bearer", "bearerFormat": form, "description": text})


CITIZEN_TOKEN: Final = bearer_scheme(
    "citizenToken", "A citizen's access token, from POST /v1/auth/token after a one-time password by SMS."
)
OFFICER_TOKEN: Final = bearer_scheme(
    "officerToken", "An officer's token from the police's own login; it names role, post, station and district."
)
SERVICE_TOKEN: Final = bearer_scheme("serviceToken", "The token that the programs of this suite share.", "opaque")
RECEIPT: Final = Scheme(
    "receipt",
    {
        "type": "apiKey",
        "in": "header",
        "name": "X-Receipt",
        "description": "The `receipt_secret` of the answer to the filing: it opens that case without a login.",
    },
)
PASSPHRASE: Final = Scheme(
    "passphrase",
    {
        "type": "apiKey",
        "in": "header",
        "name": "X-Passphrase",
        "description": "The `passphrase` of the answer to a secret tip: with the case key it opens the answers.",
    },
)


@dataclass(frozen=True, slots=True)
class Guard:
    """What a dependency asks for: one of `schemes`; else it answers one of `problems`."""

    schemes: tuple[Scheme, ...]
    problems: tuple[ProblemType, ...]


def guards(*schemes: Scheme, problems: tuple[ProblemType, ...] = ()) -> Callable[[F], F]:
    """Marks a dependency that turns away who has none of the schemes. Several of one call are alternatives."""

    def marked(call: F) -> F:
        setattr(call, _GUARD, Guard(schemes, problems))
        return call

    return marked


def guard_of(call: object) -> Guard | None:
    found = getattr(call, _GUARD, None)
    return found if isinstance(found, Guard) else None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is no problem. Without `model` and `schemas` it has no body, or the one that FastAPI knows.

    `either`: models of which the answer is one. `schemas`: by media type, of what is no JSON. `headers`: names of
    `RESPONSE_HEADERS`. `examples`: by name.
    """

    status: int
    text: str
    model: type[BaseModel] | None = None
    either: tuple[type[BaseModel], ...] = ()
    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    examples: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Body:
    """A request's body. `lenient`: nothing in it is refused, so that the model says what is best to send."""

    model: type[BaseModel]
    examples: Mapping[str, Any] = field(default_factory=dict)
    required: bool = True
    lenient: bool = False
    media_types: tuple[str, ...] = ("application/json",)


@dataclass(frozen=True, slots=True)
class Description:
    """`problems` are those besides what guards, bodies and queries bring; `stored`: asks a store, which may be away.

    `proofs`: the alternatives that the endpoint itself asks for, an empty one for none; None if its guards ask.
    `parameters`: what path and query parameters mean, by name.
    """

    operation_id: str
    summary: str
    text: str
    answers: tuple[Answer, ...] = ()
    body: Body | None = None
    problems: tuple[ProblemType, ...] = ()
    proofs: tuple[tuple[Scheme, ...], ...] | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    stored: bool = True


def described(description: Description) -> Callable[[F], F]:
    """Marks an endpoint; costs nothing at a request."""

    def marked(endpoint: F) -> F:
        setattr(endpoint, _DESCRIPTION, description)
        return endpoint

    return marked


def description_of(endpoint: object) -> Description | None:
    found = getattr(endpoint, _DESCRIPTION, None)
    return found if isinstance(found, Description) else None
