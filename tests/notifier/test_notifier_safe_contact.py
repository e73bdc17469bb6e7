"""Who does not hold the phone alone is written to in words that name nothing, and within his hours alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from chassis.sentences import CodeNames
from event_schemas import EVENT_CLASSES, AssignedToStation, ComplaintFiled, ContactChanged, SafeContact
from notifier.digesting import Digests
from notifier.domain import DispatchState, Notice
from notifier.handlers import EventHandler
from notifier.lint import lint
from notifier.rules import RULES, plan
from notifier.safe_contact import TOO_LATE
from notifier.sending import SendingRules
from notifier.store import CaseStore, DispatchStore
from notifier.templates import DEFAULT_PATH, TemplateBook, TemplateError
from tests.in_memory_broker import received

from .notifier_fakes import CASE, KEYS, START, FakeGateway, FixedCards, card, notice
from .test_notifier_dispatcher import LEASE, Bench
from .test_notifier_plan import FILED

# 15:00 of India's clock.
NOW = START
BOOK = lint(DEFAULT_PATH)
OPEN = SafeContact(neutral=True, opens="10:00", closes="16:00")
CLOSED = SafeContact(neutral=True, opens="10:00", closes="14:00")
OPENING = NOW + timedelta(hours=19)


def sealed(wanted: SafeContact) -> str:
    return KEYS.seal(CASE, wanted.to_json(), START)


def asked(wanted: SafeContact) -> Any:
    return card(sealed_contact=sealed(wanted))


async def sent(bench: Bench, wanted: SafeContact, **changes: Any) -> None:
    """One message, as far as it gets now."""
    [claim] = await bench.log.claim_new([notice(**changes)], bench.clock.now(), LEASE)
    await bench.dispatcher.send(claim, asked(wanted))


async def due(bench: Bench, known: Any) -> None:
    """What a process takes up that has begun anew, with the card as it is now."""
    for claim in await bench.log.claim_due(bench.clock.now(), LEASE, 10):
        await bench.dispatcher.send(claim, known)


async def test_within_the_hours_it_goes_at_once_and_names_nothing() -> None:
    """Neither the case nor the police, whatever the template says."""
    bench = Bench(FakeGateway())
    await sent(bench, OPEN)
    [sms] = bench.gateway.accepted
    assert sms.text == BOOK.discreet["news"].hi.text
    assert sms.dlt_id == BOOK.discreet["news"].hi.dlt_id


async def test_outside_the_hours_it_waits_and_goes_once_when_they_open() -> None:
    """It is durable while it waits, is no attempt, and no other process finds it due before."""
    bench = Bench(FakeGateway())
    await sent(bench, CLOSED)
    row = bench.log.rows["n-1"]
    assert (row.state, row.attempts, row.due_at) == (DispatchState.WAITING, 0, OPENING)
    assert bench.gateway.accepted == []
    assert await bench.log.queue_length() == {"emergency": 0, "routine": 0}
    bench.advance(OPENING - NOW - timedelta(seconds=1))
    await due(bench, asked(CLOSED))
    assert bench.gateway.accepted == []
    bench.advance(timedelta(seconds=1))
    await due(bench, asked(CLOSED))
    await bench.run_until(lambda: bool(bench.published.entries))
    assert len(bench.gateway.accepted) == 1
    assert bench.events()[0].attempts == 1
    bench.advance(timedelta(days=2))
    await due(bench, asked(CLOSED))
    assert len(bench.gateway.accepted) == 1


async def test_what_waits_is_decided_anew_when_the_hours_are_changed() -> None:
    """Later hours hold it further, even at the old opening; none at all let it go at once, in the usual words."""
    bench = Bench(FakeGateway())
    await sent(bench, CLOSED)
    later = SafeContact(neutral=False, opens="20:00", closes="22:00")
    bench.advance(OPENING - NOW)
    await due(bench, asked(later))
    assert bench.gateway.accepted == []
    assert bench.log.rows["n-1"].due_at == NOW + timedelta(hours=29)
    await bench.log.look_again({CASE}, bench.clock.now())
    await due(bench, asked(SafeContact(neutral=False)))
    [sms] = bench.gateway.accepted
    assert "जनसेवा" in sms.text


@pytest.mark.parametrize(
    ("useless_from", "ends"),
    [
        (OPENING, DispatchState.FAILED),
        (OPENING + timedelta(minutes=1), DispatchState.WAITING),
        (None, DispatchState.WAITING),
    ],
)
async def test_what_would_come_too_late_is_not_sent_and_recorded_so(
    useless_from: datetime | None, ends: DispatchState
) -> None:
    """The office reads at once, in the dispatch log and by NotificationFailed, that nobody was reached."""
    bench = Bench(FakeGateway())
    await sent(bench, CLOSED, useless_from=useless_from)
    row = bench.log.rows["n-1"]
    assert row.state is ends
    assert [event.error_code for event in bench.events()] == ([TOO_LATE] if ends is DispatchState.FAILED else [])


async def test_a_message_late_by_itself_is_sent_all_the_same() -> None:
    """Only hours that hold a message back make it too late."""
    bench = Bench(FakeGateway())
    await sent(bench, OPEN, useless_from=NOW - timedelta(hours=1))
    assert len(bench.gateway.accepted) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"emergency": True},
        {"contact": KEYS.seal(CASE, b'{"phone":"+910900000002"}', START)},
    ],
    ids=["emergency", "another person"],
)
async def test_emergencies_and_other_people_are_not_touched(changes: dict[str, Any]) -> None:
    """Outside the hours too, in the usual words."""
    bench = Bench(FakeGateway())
    await sent(bench, CLOSED, **changes)
    [sms] = bench.gateway.accepted
    assert "जनसेवा" in sms.text


async def test_what_cannot_be_read_any_more_counts_as_neutral() -> None:
    """A key that was destroyed must not bring the usual words back."""
    bench = Bench(FakeGateway())
    [claim] = await bench.log.claim_new([notice()], NOW, LEASE)
    await bench.dispatcher.send(claim, card(sealed_contact="s1.2025-01.AAAA"))
    assert [sms.text for sms in bench.gateway.accepted] == [BOOK.discreet["news"].hi.text]


async def test_an_erased_cases_message_is_given_up() -> None:
    """Its contact is gone, and what was asked with it."""
    bench = Bench(FakeGateway())
    await sent(bench, CLOSED)
    await bench.log.look_again({CASE}, NOW)
    await due(bench, card(sealed=None))
    assert bench.gateway.accepted == []
    assert [event.error_code for event in bench.events()] == ["no_contact"]


async def test_a_message_that_waited_is_measured_from_its_hours_on() -> None:
    """A night's wait that its citizen asked for is no delay of ours."""
    bench = Bench(FakeGateway())
    await sent(bench, CLOSED)
    bench.advance(OPENING - NOW)
    [claim] = await bench.log.claim_due(bench.clock.now(), LEASE, 10)
    assert claim.notice.waited_until == OPENING
    await bench.dispatcher.send(claim, asked(CLOSED))
    [measured] = bench.dispatcher._metrics.seconds.collect()  # noqa: SLF001
    assert [one.value for one in measured.samples if one.name.endswith("_sum")] == [0.0]


@pytest.mark.parametrize("name", BOOK.discreet)
@pytest.mark.parametrize("language", ["hi", "en"])
def test_a_discreet_text_reveals_nothing_to_who_reads_along(name: str, language: Any) -> None:
    """No number, no name, no address of a page, no office, no matter; of a code, how long it holds alone."""
    text = BOOK.discreet[name].in_language(language).text
    shown = text.replace("{otp}", "").replace("5", "")
    assert not re.search(r"[0-9{}/]", shown)
    betraying = ("जनसेवा", "पुलिस", "थाना", "मामल", "शिकायत", "आवेदन", "पावती", "सहायता", "अनुरोध", "बिहार")
    assert not [one for one in betraying if one in text]
    assert not re.search(r"janseva|police|station|case|complain|request|number|help|bihar|112|fir", text, re.IGNORECASE)


def test_every_template_for_a_citizen_has_a_discreet_text() -> None:
    """Whatever is sent, no variable of a case is shown."""
    values = dict.fromkeys(BOOK.variables, "999999")
    for template in BOOK.templates:
        if template.audience == "citizen":
            given = {name: values[name] for name in template.variables}
            for language in ("hi", "en"):
                message = BOOK.render(template.id, language, given, discreet=True)
                assert ("999999" in message.text) == (template.id == "otp"), template.id


def test_the_lint_wants_a_discreet_text_and_shows_no_variable_in_it() -> None:
    """Planted: a text with the number of the case, and an internal template without a discreet text."""
    raw = BOOK.model_dump(mode="json", exclude_none=True)
    raw["discreet"]["news"]["en"]["text"] += " {tracking_number}"
    del raw["templates"][-1]["discreet"]
    with pytest.raises(TemplateError) as error:
        TemplateBook.parse(raw)
    assert "discreet/news/en: uses ['tracking_number']" in str(error.value)
    assert f"{raw['templates'][-1]['id']}: a citizen's template needs a discreet text" in str(error.value)


def test_the_time_from_which_a_message_is_useless_is_data() -> None:
    """Of each trigger that names one, the event's own time is planned with the message."""
    named = {(rule.event, rule.useless_from) for rule in RULES.messages if rule.useless_from}
    assert named == {("HearingScheduled", "starts_at"), ("BeatVisitPromised", "visit_by"), ("SLADueSoon", "due_at")}
    starts_at = START + timedelta(days=3)
    event = EVENT_CLASSES["HearingScheduled"].model_validate(
        {
            "case_id": CASE,
            "occurred_at": START,
            "case_seq": 4,
            "hearing_id": "h",
            "place": "5140003",
            "officer_post": "SHO:5140003",
            "starts_at": starts_at,
            "ends_at": starts_at,
        }
    )
    envelope = received(event, event_id="e-1").envelope
    names = CodeNames.load()
    [planned] = plan(envelope, card(), emergency=False, code_names=names, office_language="hi", book=BOOK)
    assert planned.useless_from == starts_at


async def test_a_card_read_again_brings_the_newest_contact() -> None:
    """The sweep reads the cards anew: a change while a message waits is honoured by every process."""
    bench = Bench(FakeGateway())
    await sent(bench, CLOSED)
    bench.dispatcher._cards = FixedCards(asked(OPEN))  # noqa: SLF001
    bench.advance(OPENING - NOW)
    await bench.dispatcher.sweep()
    await bench.run_until(lambda: bool(bench.published.entries))
    assert [sms.text for sms in bench.gateway.accepted] == [BOOK.discreet["news"].hi.text]
    assert replace(bench.log.rows["n-1"].notice, waited_until=None) == notice()


class Cards(FixedCards):
    """What the handler writes of contacts, in its order; a case's newest is on its card from then on."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[int, str | None]] = []

    async def remember(self, filed: Sequence[ComplaintFiled], assigned: Sequence[AssignedToStation]) -> None:
        del filed, assigned

    async def remember_contacts(self, events: Sequence[ComplaintFiled | ContactChanged]) -> None:
        self.kept += [(event.case_seq, event.sealed_contact) for event in events]
        self._cards[CASE] = card(sealed_contact=self.kept[-1][1])


class Digestless:
    async def hold_back(self, notices: Sequence[Notice]) -> list[Notice]:
        return list(notices)


async def test_a_change_holds_for_its_own_batch_and_for_what_waits() -> None:
    """Filed and changed in one batch: the filing's own message goes by the change, and so does an older one."""
    bench, cards = Bench(FakeGateway()), Cards()
    await sent(bench, CLOSED, notification_id="n-old")
    handler = EventHandler(
        cases=cast("CaseStore", cards),
        dispatches=cast("DispatchStore", bench.log),
        dispatcher=bench.dispatcher,
        digests=cast("Digests", Digestless()),
        book=BOOK,
        code_names=CodeNames.load(),
        office_language="hi",
        rules=SendingRules(),
        clock=bench.clock,
    )
    filing = ComplaintFiled.model_validate(FILED | {"sealed_contact": sealed(CLOSED)})
    changed = ContactChanged(case_id=CASE, occurred_at=START, case_seq=2, sealed_contact=sealed(OPEN))
    await handler.handle([received(filing, event_id="e-1"), received(changed, event_id="e-2")])
    assert [number for number, _ in cards.kept] == [1, 2]
    assert bench.log.rows["n-old"].due_at == NOW
    bench.dispatcher._cards = cards  # noqa: SLF001
    await bench.dispatcher.sweep()
    await bench.run_until(lambda: len(bench.published.entries) == 2)
    assert {sms.text for sms in bench.gateway.accepted} == {BOOK.discreet["news"].hi.text}
