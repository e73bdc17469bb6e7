"""An officer in a storm gets digests; an emergency never waits for one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chassis.sentences import CodeNames
from event_schemas import AssignedToStation
from notifier.digests import DigestRules, compose, line_of, split
from notifier.domain import DIGEST, DispatchState, Notice
from notifier.lint import lint
from notifier.records import announcements, notice_document, notice_of
from notifier.rules import plan
from notifier.settings import NotifierSettings
from notifier.sms import segments
from notifier.templates import DEFAULT_PATH
from tests.in_memory_broker import received

from .notifier_fakes import START, card, notice
from .test_notifier_plan import ASSIGNED, OFFLINE

BOOK = lint(DEFAULT_PATH)
RULES = DigestRules(after=3)


def office(number: int, post: str = "SHO:1", **changes: Any) -> Notice:
    """A routine message to an office, later the higher its number."""
    whole: dict[str, Any] = {
        "audience": "office",
        "template": "new_case",
        "variables": {"tracking_number": f"JS-{number}"},
        "post": post,
        "digest_kind": "new_cases",
        "occurred_at": START + timedelta(seconds=number),
    }
    return notice(number, **(whole | changes))


@given(
    st.lists(st.tuples(st.sampled_from(["SHO:1", "SHO:2", "SP:A"]), st.booleans()), max_size=40),
    st.dictionaries(st.sampled_from([("SHO:1", "sms"), ("SP:A", "sms")]), st.integers(0, 9)),
    st.integers(1, 6),
)
def test_only_what_exceeds_the_rate_waits(drawn: list[tuple[str, bool]], earlier: dict[Any, int], after: int) -> None:
    """Of each post's routine messages the first ones of the window go out, all further ones wait; nothing is lost."""
    notices = [office(n, post, emergency=urgent) for n, (post, urgent) in enumerate(drawn)]
    at_once, held = split(notices, earlier, DigestRules(after=after))
    assert sorted([*at_once, *held], key=lambda one: one.occurred_at) == notices
    assert not any(one.emergency for one in held), "an emergency waits"
    for post in {post for post, _ in drawn}:
        routine = [one for one in notices if one.post == post and not one.emergency]
        room = max(0, after - earlier.get((post, "sms"), 0))
        assert [one for one in at_once if one.post == post and not one.emergency] == routine[:room]


def test_emergencies_neither_wait_nor_count() -> None:
    """A hundred emergencies leave the room for routine messages as it was."""
    storm = [office(n, emergency=True, digest_kind=None) for n in range(100)]
    at_once, held = split([*storm, office(101)], {}, DigestRules(after=1))
    assert (len(at_once), held) == (101, [])


def planned(event: AssignedToStation, *, emergency: bool = False) -> dict[str, Notice]:
    envelope = received(event, event_id="e-1").envelope
    notices = plan(
        envelope,
        card(),
        emergency=emergency,
        code_names=CodeNames.load(),
        office_language="hi",
        book=BOOK,
        digests=BOOK.digest_kinds(),
    )
    return {one.template: one for one in notices}


def test_what_a_digest_may_hold_is_data() -> None:
    """The templates say it: citizens' messages and those to a station without a desk are always sent by themselves."""
    assert BOOK.digest_kinds() == {
        "new_case": "new_cases",
        "due_soon": "due_soon",
        "breach": "breaches",
        "citizen_overdue": "with_citizen",
        "transferred_here": "new_cases",
        "transferred_away": "changes",
        "hearing_cancelled_office": "changes",
        "withdrawn_office": "changes",
        "reopened_office": "changes",
        "renewal_office": "changes",
        "visit_disputed_office": "changes",
        "sub_request_here": "new_cases",
        "sub_request_answered": "changes",
        "disputed_office": "changes",
    }
    routine = planned(AssignedToStation.model_validate(ASSIGNED))
    assert line_of(routine["new_case"]) == ("SHO:5140003", "sms")
    assert line_of(routine["assigned"]) is None
    assert line_of(planned(AssignedToStation.model_validate(ASSIGNED), emergency=True)["new_case"]) is None
    assert line_of(planned(AssignedToStation.model_validate(ASSIGNED | OFFLINE))["new_case_offline"]) is None


def test_a_digest_counts_by_kind_and_names_the_oldest_and_the_most_overdue() -> None:
    """Counts, two tracking numbers and nothing else of any case."""
    members = [
        office(3),
        office(2, digest_kind="due_soon", deadline=START),
        office(5, digest_kind="breaches", deadline=START + timedelta(hours=2)),
        office(4, digest_kind="breaches", deadline=START + timedelta(hours=1)),
        office(6, digest_kind="with_citizen", deadline=START - timedelta(hours=1)),
    ]
    digest = compose("d-1", members, START)
    assert digest.variables == {
        "new_cases": "1",
        "due_soon": "1",
        "breaches": "2",
        "with_citizen": "1",
        "changes": "0",
        "oldest": "JS-2",
        "most_overdue": "JS-4",
    }
    assert (digest.post, digest.audience, digest.emergency, digest.is_digest) == ("SHO:1", "office", False, True)
    assert compose("d-1", [office(1)], START).variables["most_overdue"] == "-"


@pytest.mark.parametrize("language", ["hi", "en"])
@pytest.mark.parametrize("size", [1, 150_000])
def test_a_digest_is_bounded_however_many_it_holds(language: Any, size: int) -> None:
    """It fits its SMS segments, and its first five numbers are the counts, as its readers rely on."""
    one = office(1, language=language, variables={"tracking_number": "JS-26-7K3M-9QXD-4"})
    digest = compose("d-1", [one] * size, START)
    text = BOOK.render(DIGEST, language, digest.variables).text
    assert segments(text) <= 3
    assert re.findall(r"\d+", text)[:5] == [str(min(size, 99_999)), "0", "0", "0", "0"]


def test_a_digest_is_announced_by_its_members_alone() -> None:
    """No event names a digest: each message in it has its own."""
    digest = compose("d-1", [office(1)], START)
    assert announcements(digest, DispatchState.ACCEPTED, attempts=1, at=START, error_code=None) == []
    assert len(announcements(office(1), DispatchState.ACCEPTED, attempts=1, at=START, error_code=None)) == 1


def test_a_held_message_and_a_digest_are_read_back_as_they_were() -> None:
    """Both survive the dispatch log."""
    for one in (office(1, digest_kind="breaches", deadline=START), compose("d-1", [office(1)], START)):
        assert notice_of(notice_document(one, created_at=START)) == one


def test_the_rate_is_a_setting() -> None:
    """Never zero: an office hears of at least one message at once."""
    settings = NotifierSettings.model_validate({"digest_after": 2, "digest_every": "PT1M"})
    assert (settings.digests.after, settings.digests.every) == (2, timedelta(minutes=1))
    with pytest.raises(ValidationError):
        NotifierSettings.model_validate({"digest_after": 0})
