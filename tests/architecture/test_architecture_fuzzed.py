"""Schemathesis asks every operation of every program, in memory: no 5xx, and each answer as its document has it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, cast

import httpx
import pytest
import requests
import schemathesis
from deploy.k8s.tools.services import PROGRAMS
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.architecture.answering_apps import answering
from tests.architecture.apps import app_of
from tests.architecture.described_calls import USUAL
from tests.contract import Contract, contract_of
from tests.intake.intake_rig import DISPATCHER, bearer

EXAMPLES: Final = 12
# Its checks exist when the program has started, which these two do not in memory.
LEFT_OUT: Final = {("sla-monitor", "/health/ready"), ("sla-ledger", "/health/ready")}
# A stream that is opened has no end to wait for: strangers ask for it.
CONDITIONS: Final = {"If-Match", "If-None-Match", "X-Receipt"}
ENDLESS: Final = {"stream_status", "stream_desk", "stream_station"}
OTHER_CALLERS: Final = {"intake": [bearer(DISPATCHER)]}
SETTINGS: Final = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]

# The media type of tus' uploads: bytes like any others.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")


@dataclass
class Target:
    """A program in memory: its client, headers of callers that it knows, and path parameters that exist there."""

    http: httpx.AsyncClient
    callers: Sequence[Mapping[str, str]] = field(default_factory=lambda: [{}])
    known: Mapping[str, str] = field(default_factory=dict)
    forget: Callable[[], None] = lambda: None
    # Of a path, the headers of the caller who may most likely ask there.
    fitting: Callable[[str], Mapping[str, str]] = lambda _path: {}


@asynccontextmanager
async def target_of(program: str) -> AsyncIterator[Target]:
    """The program as it answers from memory, asked by strangers and by everybody whom it knows."""
    async with answering(program) as (made, http):
        callers = [{}, *made.callers.values(), *OTHER_CALLERS.get(program, ())]
        yield Target(http, callers, made.known, made.forget, made.headers)


@dataclass
class Asker:
    """Asks a target in memory and holds each answer to the program's document."""

    contract: Contract
    runner: asyncio.Runner
    target: Target
    statuses: dict[str, set[int]] = field(default_factory=dict)

    def ask(self, operation: Any) -> None:
        name = operation.definition.raw["operationId"]
        callers = [{}] if name in ENDLESS else self.target.callers
        self.target.forget()

        @SETTINGS
        @given(case=operation.as_strategy(), headers=st.sampled_from(callers), real=st.booleans())
        def one(case: Any, headers: Mapping[str, str], real: bool) -> None:
            if real:
                put_known(case, self.target.known)
                headers = headers if name in ENDLESS else self.target.fitting(operation.path)
            response = self.runner.run(self._answer(case, headers))
            case.validate_response(response, checks=CHECKS)
            self.statuses.setdefault(name, set()).add(response.status_code)

        one()

    async def _answer(self, case: Any, headers: Mapping[str, str]) -> httpx.Response:
        sent = requests.Request(**case.as_transport_kwargs(base_url="http://test")).prepare()
        given_headers = {name: str(value) for name, value in sent.headers.items() if name.lower() != "authorization"}
        body = cast("bytes | str | None", sent.body)
        response = await self.target.http.request(
            str(sent.method), str(sent.url), content=body, headers={**given_headers, **headers}
        )
        await self.contract.check(response)
        return response


def put_known(case: Any, known: Mapping[str, str]) -> None:
    """What exists in the target, and values that mean something, in the place of what was drawn; no condition."""
    for holder, conditions in ((case.headers, CONDITIONS), (case.query, {"cursor"})):
        for condition in conditions & holder.keys():
            del holder[condition]
    case.path_parameters |= {name: value for name, value in known.items() if name in case.path_parameters}
    for members in (case.query, case.body):
        if isinstance(members, dict):
            members |= {name: USUAL[name] for name in members.keys() & USUAL.keys()}


def operations_of(schema: schemathesis.BaseSchema) -> Iterator[Any]:
    """A part of a document that cannot be read is no operation: it is answered with what is wrong with it."""
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result.err()
        yield result.ok()


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_answer_is_as_documented(program: str) -> None:
    """Whatever is asked, within the schemas and with callers known and unknown."""
    schema = schemathesis.openapi.from_dict(app_of(program).openapi())
    with asyncio.Runner() as runner:
        entered = target_of(program)
        asker = Asker(contract_of(program), runner, runner.run(entered.__aenter__()))
        for operation in operations_of(schema):
            if (program, operation.path) not in LEFT_OUT:
                asker.ask(operation)
        runner.run(entered.__aexit__(None, None, None))
    assert all(any(status < 500 for status in found) for found in asker.statuses.values())
    assert sum(any(status < 400 for status in found) for found in asker.statuses.values()) >= 3, asker.statuses


@pytest.mark.parametrize(("member", "status"), [("text", 200), (1, 500), (1, 201)])
def test_an_answer_that_is_not_as_documented_is_found(member: object, status: int) -> None:
    """A member of another type, a crash, and a status that nobody documented."""
    app = FastAPI()

    @app.get("/lie", operation_id="lie", responses={200: {"model": dict[str, int]}})
    async def lie() -> Response:
        return JSONResponse({"x": member}, status)

    schema = schemathesis.openapi.from_dict(app.openapi())
    with asyncio.Runner() as runner:
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")
        asker = Asker(Contract({"paths": {}}), runner, Target(http))
        (operation,) = operations_of(schema)
        with pytest.raises(BaseExceptionGroup):
            asker.ask(operation)
        runner.run(http.aclose())
