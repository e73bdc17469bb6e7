"""What the notifier does with a batch of case events: remember, forget, claim the messages they ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from chassis.clock import Clock
from chassis.kafka.consumer import Outgoing, Received
from chassis.sentences import CodeNames
from event_schemas import AssignedToStation, ComplaintFiled, ContactChanged, Event, Lane, PersonalDataErased

from .digesting import Digests
from .dispatcher import Dispatcher
from .domain import CaseCard, Notice
from .rules import RULES, plan
from .sending import SendingRules
from .store import CaseStore, DispatchStore
from .templates import Language, TemplateBook

TYPES: Final[frozenset[str]] = RULES.event_types | {ContactChanged.type, PersonalDataErased.type}


class EventHandler:
    """One instance serves both lanes. All it writes may be written again: a replayed event claims nothing new."""

    def __init__(
        self,
        *,
        cases: CaseStore,
        dispatches: DispatchStore,
        dispatcher: Dispatcher,
        digests: Digests,
        book: TemplateBook,
        code_names: CodeNames,
        office_language: Language,
        rules: SendingRules,
        clock: Clock,
    ) -> None:
        self._cases = cases
        self._dispatches = dispatches
        self._dispatcher = dispatcher
        self._digests = digests
        self._book, self._digest_kinds = book, book.digest_kinds()
        self._code_names = code_names
        self._office_language = office_language
        self._rules = rules
        self._clock = clock

    async def handle(self, batch: Sequence[Received]) -> Sequence[Outgoing]:
        """Publishes nothing: NotificationDelivered and NotificationFailed leave by the dispatch's own outbox."""
        await self._remember([received.data for received in batch])
        cards = await self._cases.cards(sorted({received.data.case_id for received in batch}))
        notices = [
            notice
            for received in batch
            for notice in plan(
                received.envelope,
                cards.get(received.data.case_id),
                emergency=received.lane is Lane.EMERGENCY,
                code_names=self._code_names,
                office_language=self._office_language,
                book=self._book,
                digests=self._digest_kinds,
            )
        ]
        # Emergencies first: their claims are taken and sent before the rest of a mixed batch.
        unique = list({notice.notification_id: notice for notice in notices}.values())
        at_once = await self._digests.hold_back(unique)
        await self._claim(sorted(at_once, key=lambda notice: not notice.emergency), cards)
        return ()

    async def _remember(self, events: Sequence[Event]) -> None:
        filed = [event for event in events if isinstance(event, ComplaintFiled)]
        assigned = [event for event in events if isinstance(event, AssignedToStation)]
        changed = [event for event in events if isinstance(event, ContactChanged)]
        await self._cases.remember(filed, assigned)
        await self._cases.remember_contacts([*filed, *changed])
        if changed:
            await self._dispatches.look_again({event.case_id for event in changed}, self._clock.now())
        for event in events:
            if isinstance(event, PersonalDataErased):
                await self._dispatches.forget(event.case_id, self._clock.now())
                await self._cases.erase(event.case_id, event.occurred_at, self._clock.now())

    async def _claim(self, notices: Sequence[Notice], cards: Mapping[str, CaseCard]) -> None:
        if not notices:
            return
        if not self._dispatcher.has_room:
            await self._dispatches.enqueue(notices, self._clock.now())
            return
        claims = await self._dispatches.claim_new(notices, self._clock.now(), self._rules.lease)
        for claim in claims:
            self._dispatcher.submit(claim, cards.get(claim.notice.case_id))
