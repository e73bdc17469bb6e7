"""Which edition a clock is judged by, and which editions are refused."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chassis.settings import load_yaml
from event_schemas import ComplaintFiled, policies
from event_schemas.policies import PolicySet
from event_schemas.times import epoch_ms

FIRST_DAY = datetime(2026, 11, 1, tzinfo=UTC)
FILE: dict[str, Any] = load_yaml(policies.DEFAULT_PATH)
INQUIRY = next(clock for clock in FILE["clocks"] if clock["clock"] == "inquiry")


def edition(version: str, day: int, **changes: Any) -> dict[str, Any]:
    """An edition of the inquiry alone, in force from that day on."""
    clock = deepcopy(INQUIRY) | changes
    return {"version": version, "effective_from": FIRST_DAY + timedelta(days=day), "clocks": [clock]}


def of(*editions: dict[str, Any]) -> PolicySet:
    return policies.load({"editions": list(editions)})


def filed(day: float) -> ComplaintFiled:
    return ComplaintFiled(
        case_id="c_1",
        case_seq=1,
        occurred_at=FIRST_DAY + timedelta(days=day),
        tracking_number="JS-26-8M4K-2QX7-V",
        service_code="e-complaint",
        lane="routine",
        channel="web",
        language="hi",
    )


def promised_days(given_policies: PolicySet, day: float) -> float:
    (start,) = given_policies.due_at_filing(filed(day))
    return (start.due_at - start.started_at) / timedelta(days=1)


CHANGED = of(edition("one", 0), edition("two", 10, target="P20D"), edition("three", 20, target="P25D"))


@pytest.mark.parametrize(("day", "days"), [(-400, 30), (0, 30), (9.999, 30), (10, 20), (19, 20), (20, 25), (900, 25)])
def test_a_clock_is_judged_by_the_edition_in_force_when_it_started(day: float, days: float) -> None:
    """An edition holds from its very first moment; the first one also for what is older than it."""
    assert promised_days(CHANGED, day) == days
    assert CHANGED.in_force(FIRST_DAY + timedelta(days=day)).clocks[0].target == timedelta(days=days)


def test_a_file_of_one_edition_stays_valid() -> None:
    """One edition alone needs no list around it."""
    assert [one.version for one in policies.load(FILE).editions] == [FILE["version"]]


def test_a_promise_may_come_and_go() -> None:
    """A clock that an edition doesn't name is promised neither before it nor after it."""
    other = edition("two", 10) | {"clocks": [deepcopy(INQUIRY) | {"clock": "inquiry_in_short"}]}
    come_and_gone = of(edition("one", 0), other)
    assert [start.clock_id for start in come_and_gone.due_at_filing(filed(9))] == ["inquiry:1"]
    assert [start.clock_id for start in come_and_gone.due_at_filing(filed(11))] == ["inquiry_in_short:1"]
    assert come_and_gone.clock("inquiry") is not None


def test_an_edition_may_hold_for_open_clocks() -> None:
    """An open clock gets the later due time; one that was due before, or would lose by it, keeps its own."""
    longer = of(edition("one", 0), edition("two", 20, target="P40D", applies_to_open=True))
    assert [promised_days(longer, day) for day in (-15, -10, 5, 25)] == [30, 40, 40, 40]
    shorter = of(edition("one", 0), edition("two", 20, target="P10D", applies_to_open=True))
    assert [promised_days(shorter, day) for day in (5, 25)] == [30, 10]


@given(st.floats(-50, 100), st.floats(-50, 100))
def test_what_a_clock_is_judged_by_is_a_matter_of_its_start_alone(one: float, other: float) -> None:
    """Later starts are judged by later editions, never by earlier ones."""
    found = [CHANGED.judged_by("inquiry", epoch_ms(FIRST_DAY + timedelta(days=day))) for day in sorted((one, other))]
    rising = [CHANGED.editions.index(CHANGED.in_force(FIRST_DAY + timedelta(days=day))) for day in sorted((one, other))]
    assert rising == sorted(rising)
    assert [rule.policy for rule in found if rule] == [CHANGED.editions[index].clocks[0] for index in rising]


def _office(day: int, **changes: Any) -> dict[str, Any]:
    return edition("two", day, calendar="working_hours", target="PT70H", **changes)


REFUSED: dict[str, Callable[[], PolicySet]] = {
    "editions named twice: one": lambda: of(edition("one", 0), edition("one", 1)),
    "one and two take effect at the same time": lambda: of(edition("one", 0), edition("two", 0)),
    "edition two takes effect before one, which it follows": lambda: of(edition("one", 1), edition("two", 0)),
    "inquiry of edition one applies to open clocks, but the edition before has no such": lambda: of(
        edition("one", 0, applies_to_open=True)
    ),
    "it may change times, but not its events": lambda: of(
        edition("one", 0), edition("two", 1, applies_to_open=True, cancels_on=[])
    ),
    "not its owner": lambda: of(edition("one", 0), edition("two", 1, applies_to_open=True, owner="citizen")),
    "inquiry counts working hours: the edition needs an office": lambda: of(edition("one", 0), _office(1)),
    "edition two takes effect in 2031, whose holidays are not given": lambda: of(
        edition("one", 0), _office(1700) | {"office": FILE["office"]}
    ),
    "inquiry counts calendar days: its target is in whole days": lambda: of(
        edition("one", 0, calendar="calendar_days", target="PT36H")
    ),
    "less than or equal to 3660 days": lambda: of(edition("one", 0, target="P3661D")),
    "at least 1 item": of,
}


@pytest.mark.parametrize("message", REFUSED)
def test_editions_that_could_not_be_are_refused_with_their_reason(message: str) -> None:
    """Order, names, dates and what may hold for open clocks: each mistake is named before anything starts."""
    with pytest.raises(ValidationError, match=message):
        REFUSED[message]()


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    """One file an edition, or several in one; other files are left alone."""
    (tmp_path / "1.yaml").write_text(yaml.safe_dump(edition("one", 0)))
    (tmp_path / "2.yml").write_text(yaml.safe_dump({"editions": [edition("two", 1), edition("three", 2)]}))
    (tmp_path / "README.md").write_text("no policy")
    read = policies.read(tmp_path, lambda path: yaml.safe_load(path.read_text()))
    assert [one.version for one in read.editions] == ["one", "two", "three"]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """No promise at all is a mistake."""
    with pytest.raises(ValidationError, match="at least 1 item"):
        policies.read(tmp_path, lambda path: yaml.safe_load(path.read_text()))
