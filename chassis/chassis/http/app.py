"""The HTTP app every service starts from: health, metrics, problems, limits."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Literal

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from chassis.faults import TransientFault
from chassis.health import HealthChecks, Liveness, run_checks
from chassis.http.addresses import Proxies
from chassis.http.cors import Cors
from chassis.http.head import AnswersHead
from chassis.http.json_body import guard_body
from chassis.http.known_query import guard_query
from chassis.http.middleware import BodyLimits, RequestMiddleware
from chassis.http.openapi import Answer, Description, described, document_of
from chassis.http.problems import INTERNAL, STORE_UNAVAILABLE, Problem
from chassis.http.validation import problem_of_http, problem_of_validation
from chassis.mongo.client import PyMongoError, transient_fault_of
from chassis.settings import ProgramSettings
from chassis.telemetry.logs import get_logger
from chassis.telemetry.metrics import HttpMetrics

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

RETRY_AFTER_S = 2

# FastAPI's own spans and metrics would stand beside the chassis', which know no paths and no queries.
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}

_log = get_logger(__name__)


def create_http_app(
    *,
    title: str,
    version: str,
    lifespan: Lifespan | None,
    liveness: Liveness,
    checks: HealthChecks,
    registry: CollectorRegistry,
    routers: Sequence[APIRouter] = (),
    settings: ProgramSettings | None = None,
    body: BodyLimits | None = None,
    problem_extra: Mapping[str, Any] | None = None,
    at_stop: Sequence[Callable[[], None]] = (),
    unrecorded: re.Pattern[str] | None = None,
) -> FastAPI:
    """An app with /health/live, /health/ready, /metrics and problem+json for every error.

    `checks` is read at each readiness request, so the lifespan may fill it. `problem_extra` are members that every
    problem carries. `settings` say which proxies are trusted (without them none is) and whether health and metrics have
    a port of their own: then serve() answers them there, and this app does not know them; and which web pages may
    call. `at_stop` ends what never ends by itself, such as a live stream, when the server is asked to stop. What
    `unrecorded` matches is answered without a trace of the request (see RequestMiddleware).
    """
    app = FastAPI(title=title, version=version, lifespan=lifespan, redoc_url=None, telemetry=_NO_TELEMETRY)
    app.state.proxies = Proxies() if settings is None else Proxies.of(settings)
    app.state.problem_extra = dict(problem_extra or {})
    app.state.at_stop = tuple(at_stop)
    _describe_itself(app)
    _answer_problems(app, app.state.problem_extra)
    operations = _operations(liveness, checks, registry)
    if settings is None or settings.ops_port is None:
        routers = (*routers, operations)
    else:
        app.state.operations = FastAPI(title=title, version=version, openapi_url=None, telemetry=_NO_TELEMETRY)
        _answer_problems(app.state.operations, {})
        add_routes(app.state.operations, operations)
        app.state.operations.add_middleware(AnswersHead, routes=app.state.operations.router.routes)
    for route in app.router.routes:
        guard_query(route)
    add_routes(app, *routers)
    app.add_middleware(AnswersHead, routes=app.router.routes)
    app.add_middleware(
        RequestMiddleware,
        metrics=HttpMetrics(registry),
        body=body or BodyLimits(),
        problem_extra=problem_extra,
        unrecorded=unrecorded,
    )
    if settings is not None and settings.allowed_origins:
        # Outermost: a page must be able to read a refusal, too.
        app.add_middleware(Cors, origins=settings.allowed_origins)
    return app


def _describe_itself(app: FastAPI) -> None:
    """/openapi.json is built from the routes when it is first asked for, and anew when routes were added since."""
    made: dict[int, dict[str, Any]] = {}

    def openapi() -> dict[str, Any]:
        count = len(app.router.routes)
        if count not in made:
            made[count] = document_of(app, app.state.problem_extra)
        return made[count]

    # FastAPI's own way to write another document.
    app.openapi = openapi  # type: ignore[method-assign]


def add_routes(app: FastAPI, *routers: APIRouter) -> None:
    """Serve routers, each route with its query and body looked at before it; also after the app has started.

    Flat, not by include_router: an included router looks for the route twice in each request.
    """
    for route in (route for router in routers for route in router.routes):
        guard_body(route)
        guard_query(route)
        app.router.routes.append(route)


class RequestRoute(APIRoute):
    """A route (APIRouter's `route_class`) whose endpoint takes `request` alone and returns the response.

    FastAPI's reading of parameters is left out, which is about a third of its cost; problems are answered as ever.
    The query parameters that it knows are those of `openapi_extra`.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if list(inspect.signature(endpoint).parameters) != ["request"]:
            raise TypeError(f"{path}: the endpoint of a RequestRoute takes `request` alone")
        super().__init__(path, endpoint, **options)
        self.app = self._answer

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        response: Response = await self.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)


def _operations(liveness: Liveness, checks: HealthChecks, registry: CollectorRegistry) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.get("/health/live")
    @described(_LIVE)
    async def live() -> Response:
        alive = liveness.alive()
        body = {"status": "alive" if alive else "stuck", "silence_s": round(liveness.silence().total_seconds(), 1)}
        return JSONResponse(body, 200 if alive else 503)

    @router.get("/health/ready")
    @described(_READY)
    async def ready() -> Response:
        answers = await run_checks(checks)
        fine = all(answer == "ok" for answer in answers.values())
        return JSONResponse({"status": "ready" if fine else "not_ready", "checks": answers}, 200 if fine else 503)

    @router.get("/metrics", response_class=Response)
    @described(_METRICS)
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


class Alive(BaseModel):
    status: Literal["alive", "stuck"]
    silence_s: float


class Ready(BaseModel):
    """`checks`: "ok" or the kind of the error, by the dependency's name."""

    status: Literal["ready", "not_ready"]
    checks: Mapping[str, str]


_LIVE: Final = Description(
    "read_liveness",
    "Does the process still turn?",
    "For the probe of the platform: 503 if the working loop has been silent for too long.",
    (Answer(200, "It turns", Alive), Answer(503, "It is stuck", Alive)),
)
_READY: Final = Description(
    "read_readiness",
    "Do the dependencies answer?",
    "For the probe of the platform: 503 if one of them does not.",
    (Answer(200, "All answer", Ready), Answer(503, "One does not", Ready)),
)
_METRICS: Final = Description(
    "read_metrics",
    "Prometheus metrics",
    "In Prometheus' text format.",
    (Answer(200, "The metrics", schemas={"text/plain": {"type": "string"}}),),
)


def _answer_problems(app: FastAPI, extra: Mapping[str, Any]) -> None:
    def answer(request: Request, problem: Problem) -> Response:
        return problem.to_response(request.headers.get("accept-language"), extra)

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return answer(request, error)

    async def on_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(request, problem_of_validation(error))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return answer(request, problem_of_http(error))

    async def on_fault(request: Request, error: Exception) -> Response:
        _log.warning("request_not_confirmed", reason=f"{type(error).__name__}: {error}")
        return answer(request, Problem(STORE_UNAVAILABLE, headers={"retry-after": str(RETRY_AFTER_S)}))

    async def on_driver(request: Request, error: Exception) -> Response:
        assert isinstance(error, PyMongoError)
        fault = transient_fault_of(error)
        if fault is not None:
            return await on_fault(request, fault)
        _log.error("request_crashed", exc_info=error)
        return answer(request, Problem(INTERNAL))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(TransientFault, on_fault)
    app.add_exception_handler(PyMongoError, on_driver)
