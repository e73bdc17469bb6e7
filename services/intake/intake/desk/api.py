"""The desk: officers list, read, reveal and command their cases."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from chassis.clock import Clock
from chassis.http.openapi import described
from chassis.http.problems import NOT_FOUND, Language, Problem, language_of
from chassis.sealing import KeyRing
from chassis.sentences import CodeNames
from event_schemas import PersonalData, SafeContact
from intake.auth import Authenticator, Principal, actor_of
from intake.break_glass.handlers import BreakGlass
from intake.case.command import CommandBody
from intake.case.contact import safe_contact_of
from intake.case.identity import Identities
from intake.case.messages import messages_of, notes_of
from intake.case.model import ActedBy, Case
from intake.case.scope import OFFICER_ROLES, Actor, may_see
from intake.case.store import CaseStore
from intake.case.trail.handlers import Trail
from intake.catalogue import Catalogue
from intake.commands.handlers import CommandDesk, CommandRequest
from intake.commands.table import DESK_COMMANDS, Act
from intake.desk import docs
from intake.desk.likeness import NONE, likeness_of
from intake.desk.views import Labels, desk_view
from intake.filing.bodies import ShortText
from intake.http.answers import json_response
from intake.http.reading import read_model
from intake.problems import UNKNOWN_COMMAND, VERSION_MISMATCH
from intake.tracking.api import StatusReader

IDENTITY_CONFLICT = "identity_conflict"


class RevealBody(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Annotated[ShortText, StringConstraints(min_length=3)]


OPENED: Final = "opened"
"""The reason that the trail keeps of who opens a case without revealing it."""


class DeskParts:
    def __init__(
        self,
        *,
        store: CaseStore,
        trail: Trail,
        ring: KeyRing,
        clock: Clock,
        commands: CommandDesk,
        reader: StatusReader,
        code_names: CodeNames,
        catalogue: Catalogue,
        authenticator: Authenticator,
        identities: Identities,
        glass: BreakGlass,
    ) -> None:
        self._identities = identities
        self._glass = glass
        self._code_names = code_names
        self._catalogue = catalogue
        self.store = store
        self.trail = trail
        self.ring = ring
        self.clock = clock
        self.commands = commands
        self.reader = reader
        self.officer: Callable[[Request], Awaitable[Principal]] = authenticator.officer(*OFFICER_ROLES)

    async def case(self, case_id: str, actor: Actor) -> Case:
        """404 for a case of another station, as for one that does not exist."""
        case = await self.store.by_id(case_id)
        if case is None or not may_see(case, actor):
            raise Problem(NOT_FOUND)
        return case

    async def readable(self, case_id: str, actor: Actor) -> Case:
        """A case in the officer's charge, or one that he has opened out of turn; 404 as for `case`."""
        case = await self.store.by_id(case_id)
        if case is not None and may_see(case, actor):
            return case
        if not await self._glass.opens(case_id, case, actor) or case is None:
            raise Problem(NOT_FOUND)
        return case

    async def noted(self, case: Case) -> tuple[str, ...]:
        """What only the account of the filer shows: complaint and report go on, and the desk knows."""
        contested = case.owner is not None and case.identity is None and await self._identities.is_contested(case.owner)
        return (IDENTITY_CONFLICT,) if contested else ()

    async def record_look(self, case: Case, actor: Actor, reason: str) -> None:
        """Durable on return: nothing is shown before."""
        await self.trail.look(case, ActedBy(actor.post, actor.sub), reason, self.clock.now())

    def labels(self, language: Language) -> Labels:
        return Labels(self._code_names, self._catalogue, language)

    def personal(self, case: Case) -> PersonalData:
        if case.sealed is None:
            return PersonalData()
        return PersonalData.from_json(self.ring.open(case.case_id, case.sealed))

    def safe_contact(self, case: Case) -> SafeContact | None:
        return safe_contact_of(self.ring, case)


def desk_router(parts: DeskParts) -> APIRouter:
    router = APIRouter(prefix="/v1/desk/cases", tags=["desk"])
    Officer = Annotated[Principal, Depends(parts.officer)]  # noqa: N806  a type

    async def shown(found: Case, actor: Actor, language: Language, *, masked: bool) -> Response:
        status = await parts.reader.view(found, language, for_officers=True)
        like = await likeness_of(parts.store, [found])
        beside = like.get(found.case_id, NONE)
        view = desk_view(
            found,
            status,
            parts.personal(found),
            parts.commands.allowed(found, actor),
            parts.labels(language),
            masked=masked,
            contact=parts.safe_contact(found),
            messages=messages_of(found, parts.ring),
            notes=notes_of(found, parts.ring),
            like=beside,
            noted=await parts.noted(found),
        )
        return json_response(view, headers={"ETag": f'"{found.version}"', "Cache-Control": "no-store"})

    @router.get("/{case_id}")
    @described(docs.READ)
    async def case(
        case_id: str, principal: Officer, accept_language: Annotated[str | None, Header()] = None
    ) -> Response:
        actor = actor_of(principal)
        found = await parts.readable(case_id, actor)
        await parts.record_look(found, actor, OPENED)
        return await shown(found, actor, language_of(accept_language), masked=True)

    @router.post("/{case_id}/reveal")
    @described(docs.reveal(RevealBody))
    async def reveal(
        case_id: str,
        principal: Officer,
        request: Request,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Response:
        actor = actor_of(principal)
        body = await read_model(request, RevealBody)
        found = await parts.readable(case_id, actor)
        await parts.record_look(found, actor, body.reason)
        return await shown(found, actor, language_of(accept_language), masked=False)

    def offer(act: Act, body_type: type[CommandBody]) -> None:
        @router.post(f"/{{case_id}}/{act}", status_code=202, name=str(act))
        @described(docs.command(act))
        async def command(
            case_id: str,
            principal: Officer,
            request: Request,
            idempotency_key: Annotated[str | None, Header()] = None,
            if_match: Annotated[str | None, Header()] = None,
        ) -> Response:
            body = await read_model(request, body_type)
            wanted = CommandRequest(act, body, idempotency_key, version_of(if_match))
            done = await parts.commands.run(case_id, wanted, actor_of(principal))
            return json_response(done.body(), 202, {"ETag": f'"{done.version}"'})

    for act, row in DESK_COMMANDS.items():
        offer(act, row.body)

    @router.post("/{case_id}/{command}", include_in_schema=False, dependencies=[Depends(parts.officer)])
    async def unknown_command(case_id: str, command: str) -> Response:  # noqa: ARG001  the answer names them all
        raise Problem(UNKNOWN_COMMAND, extra={"commands": sorted(DESK_COMMANDS)})

    return router


# Far more than a case ever changes, and far less than what costs to read as a number.
_LONGEST_VERSION = 20


def version_of(if_match: str | None) -> int | None:
    """The version an officer's screen shows; anything else than a version cannot match."""
    if if_match is None or if_match.strip() == "*":
        return None
    digits = if_match.strip().removeprefix("W/").strip('"')
    if len(digits) > _LONGEST_VERSION or not digits.isdecimal():
        raise Problem(VERSION_MISMATCH, "not_a_version")
    return int(digits)
