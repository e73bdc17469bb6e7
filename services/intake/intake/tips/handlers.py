"""Files tips, opens them by case key and passphrase, and carries messages both ways."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chassis.http.problems import NOT_FOUND, TOO_MANY_REQUESTS, Problem
from chassis.http.rates import RateLimit
from chassis.sealing import KeyRing
from intake.case.keys import Keys
from intake.case.messages import WrittenMessage, messages_of
from intake.case.model import Case, Idempotency
from intake.case.scope import Actor
from intake.case.states import Role
from intake.case.store import CaseStore
from intake.commands.handlers import CommandDesk, CommandRequest
from intake.commands.table import Act
from intake.commands.tips import AddToTip
from intake.evidence.handlers import EvidenceDesk
from intake.filing.domain import Submission
from intake.filing.handlers import FilingDesk
from intake.tips.domain import TipKey, read_case_key, read_passphrase, tip_key
from intake.tips.store import TipStore

# A key is tried so often in an hour, whoever tries: nobody's address is counted, as nobody's is known.
TRIES: Final = 60
TRIES_WINDOW: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class KeptTip:
    case: Case
    key: TipKey


class TipDesk:
    """`filing`, `commands` and `evidence` have a coarse clock, and count nothing."""

    def __init__(
        self,
        *,
        filing: FilingDesk,
        commands: CommandDesk,
        cases: CaseStore,
        tips: TipStore,
        keys: Keys,
        ring: KeyRing,
        tries: RateLimit,
        evidence: EvidenceDesk,
    ) -> None:
        self._filing = filing
        self._commands = commands
        self._cases = cases
        self._tips = tips
        self._keys = keys
        self._ring = ring
        self._tries = tries
        self.evidence = evidence

    async def file(self, submission: Submission, key: str, idempotency: Idempotency) -> KeptTip:
        """Durable on return, and its key opens it. A repeat of the request gets the same key again."""
        filed = await self._filing.file(submission, key=key, idempotency=idempotency)
        found = tip_key(filed.receipt_secret)
        await self._tips.keep(self._keys.tip(found.case_key, found.passphrase), filed.case.case_id)
        return KeptTip(filed.case, found)

    async def opened(self, case_key: str, passphrase: str) -> Case:
        """Problem 404 for a wrong key as for a wrong passphrase: both are looked for as one, by one hash."""
        plain = read_case_key(case_key)
        wait = self._tries.hit(self._keys.tip_tries(plain or case_key))
        if wait is not None:
            raise Problem(TOO_MANY_REQUESTS, headers={"Retry-After": str(max(1, int(wait.total_seconds())))})
        case_id = await self._tips.case_of(self._keys.tip(plain, read_passphrase(passphrase)))
        case = None if case_id is None else await self._cases.by_id(case_id)
        if case is None:
            raise Problem(NOT_FOUND)
        return case

    async def add(self, case: Case, text: str, key: str | None) -> str:
        """The id of the message. Problem 409 where the tip is closed."""
        actor = Actor(role=Role.CITIZEN, sub=f"tip:{case.case_id}", post="CITIZEN")
        request = CommandRequest(Act.ADD_TO_TIP, AddToTip(text=text), key)
        return (await self._commands.run(case.case_id, request, actor)).event_id

    def messages(self, case: Case) -> tuple[WrittenMessage, ...]:
        return messages_of(case, self._ring)
