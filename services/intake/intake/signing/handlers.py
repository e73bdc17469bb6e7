"""Begins a signature and records it once."""

from collections.abc import Callable
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.http.problems import NOT_FOUND, Problem
from event_schemas import PersonalData
from intake.case.keys import Keys
from intake.case.model import Case
from intake.case.scope import Actor
from intake.case.states import Role
from intake.case.store import CaseStore
from intake.catalogue import Catalogue
from intake.commands.handlers import AcceptedCommand, CommandDesk, CommandRequest
from intake.commands.table import Act
from intake.fir.commands import ESigned
from intake.problems import ESIGN_EXPIRED, ESIGN_INVALID, ESIGN_REFUSED, TRANSITION_NOT_ALLOWED
from intake.signing.domain import Transaction, information_text, new_transaction, read_transaction, sha256_of
from intake.signing.provider import Signer


@dataclass(frozen=True, slots=True)
class Begun:
    transaction: Transaction
    redirect_url: str
    text: str


@dataclass(frozen=True, slots=True)
class SigningDesk:
    store: CaseStore
    commands: CommandDesk
    catalogue: Catalogue
    keys: Keys
    clock: Clock
    signer: Signer
    personal_of: Callable[[Case], PersonalData]

    async def begin(self, case: Case, return_url: str) -> Begun:
        """Problem 409 where nothing is to be signed online, 503 while the provider is away."""
        if Act.E_SIGN not in self.commands.allowed(case, _owner(case.case_id)):
            extra = {"case_status": case.state.value, "version": case.version, "allowed": list[str]()}
            raise Problem(TRANSITION_NOT_ALLOWED, extra=extra)
        text = self._text(case)
        transaction = new_transaction(case, text, self.clock.now(), self.keys)
        return Begun(transaction, await self.signer.begin(transaction, return_url, case.language), text)

    async def ask(self, case: Case, transaction_id: str) -> AcceptedCommand | None:
        """The citizen is back from the provider. None while he has not signed; 404 for another case's transaction."""
        transaction = read_transaction(transaction_id, self.keys)
        if transaction is None or transaction.case_id != case.case_id:
            raise Problem(NOT_FOUND)
        standing = await self.signer.standing(transaction)
        if standing.token is not None:
            return await self.finish(standing.token, transaction)
        if standing.state == "refused":
            raise Problem(ESIGN_REFUSED)
        if self.clock.now() > transaction.expires_at:
            raise Problem(ESIGN_EXPIRED)
        return None

    async def finish(self, token: str, expected: Transaction | None = None) -> AcceptedCommand:
        """Recorded once, whoever brings it and how often: the transaction is the command's key."""
        signature = await self.signer.read(token)
        transaction = read_transaction(signature.transaction_id, self.keys)
        if transaction is None or signature.sha256 != transaction.sha256 or expected not in (None, transaction):
            raise Problem(ESIGN_INVALID)
        if signature.signed_at > transaction.expires_at:
            raise Problem(ESIGN_EXPIRED)
        case = await self.store.by_id(transaction.case_id)
        if case is None:
            raise Problem(NOT_FOUND)
        if sha256_of(self._text(case)) != transaction.sha256:
            raise Problem(ESIGN_INVALID)
        request = CommandRequest(Act.E_SIGN, ESigned(), transaction.transaction_id)
        return await self.commands.run(case.case_id, request, _owner(case.case_id))

    def _text(self, case: Case) -> str:
        service = self.catalogue.get(case.service_code)
        questions = {} if service is None else service.attributes.get("properties", {})
        titles = {name: question["title"][case.language] for name, question in questions.items()}
        return information_text(case, self.personal_of(case), titles)


def _owner(case_id: str) -> Actor:
    return Actor(Role.CITIZEN, f"owner {case_id}", "citizen")
