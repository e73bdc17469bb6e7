"""Derived ids repeat for one fact and differ for two; drawn ids never repeat."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from event_schemas import Audience, MessageChannel, ids

text = st.text(max_size=12)
fact = st.tuples(text, text, text, st.one_of(st.integers(0, 9), st.sampled_from(["0.5", "0.8"])), st.integers(0, 2**45))


@given(fact, fact)
def test_sla_events_share_an_id_exactly_if_they_are_one_fact(
    a: tuple[str, str, str, str | int, int], b: tuple[str, str, str, str | int, int]
) -> None:
    """Equal parts give equal ids, different parts different ones, wherever the borders of the parts lie."""
    same = (*a[:3], str(a[3]), a[4]) == (*b[:3], str(b[3]), b[4])
    assert (ids.sla_event_id(*a) == ids.sla_event_id(*b)) == same


def test_parts_do_not_flow_into_each_other() -> None:
    """Moving a character over the border of two parts is another fact."""
    assert ids.sla_event_id("a", "b:c", "T", 0, 1) != ids.sla_event_id("a:b", "c", "T", 0, 1)
    assert ids.notification_id('x","y', "z", "sms") != ids.notification_id("x", 'y","z', "sms")


@given(text, st.integers(1, 99), st.integers(1, 99))
def test_an_assignment_has_one_id_for_each_number(case_id: str, a: int, b: int) -> None:
    """Routing that decides again publishes under the same id."""
    assert (ids.assignment_id(case_id, a) == ids.assignment_id(case_id, b)) == (a == b)


@given(text, text)
def test_kinds_of_ids_never_meet(a: str, b: str) -> None:
    """Each kind has a namespace of its own, so equal parts in two kinds give two ids."""
    made = [ids.notification_event_id(a, b), ids.certificate_event_id(a, b), ids.directory_record_id(a, b)]
    assert len({*made, ids.sla_event_id(a, b, "", "", 0)}) == 4


def test_derived_ids_stay_as_they_are_for_ever() -> None:
    """A restart after an upgrade must repeat the ids of before: these values may never change."""
    assert ids.assignment_id("c_1", 1) == "9dbbc739-bb1d-56c7-82a8-ce2b73d3a0e9"
    assert (
        ids.sla_event_id("c_1", "inquiry:1", "SLABreached", 0, 1_700_000_000_000)
        == "8661a372-4e42-542d-908b-3e3674b3c579"
    )
    assert ids.notification_id("e1", "citizen", "sms") == "b3eb59c0-56b6-5620-a168-b86c2f3095a7"
    assert ids.certificate_id("c_1", "character") == "fb0d55cf-a590-5440-b00c-9dedfafa0c5f"


def test_an_enum_member_and_its_text_give_one_id() -> None:
    """It does not matter whether a caller holds the enum or its value."""
    assert ids.notification_id("e", Audience.CITIZEN, MessageChannel.SMS) == ids.notification_id("e", "citizen", "sms")


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_drawn_ids_sort_by_time_and_are_version_7(at: datetime) -> None:
    """An event id of a later millisecond is the greater one."""
    earlier, later = ids.new_event_id(at), ids.new_event_id(at + timedelta(milliseconds=2))
    assert earlier < later
    assert UUID(earlier).version == 7
    assert UUID(earlier).variant == RFC_4122
    assert str(UUID(earlier)) == earlier
    assert ids.new_case_id(at) < ids.new_case_id(at + timedelta(milliseconds=2))


def test_drawn_ids_do_not_repeat_within_a_millisecond() -> None:
    """Ten thousand draws at one instant are ten thousand ids."""
    at = datetime(2026, 11, 3, tzinfo=UTC)
    assert len({ids.new_event_id(at) for _ in range(10_000)}) == 10_000
    assert len({ids.new_case_id(at) for _ in range(10_000)}) == 10_000


def test_a_case_id_is_c_and_a_ulid() -> None:
    """The form every service takes for granted."""
    case_id = ids.new_case_id(datetime(2026, 11, 3, tzinfo=UTC))
    assert case_id.startswith("c_")
    assert len(case_id) == 28
    assert not set(case_id[2:]) & set("ILOU")
    value = 0
    for symbol in case_id[2:]:
        value = value << 5 | "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(symbol)
    assert value >> 80 == datetime(2026, 11, 3, tzinfo=UTC).timestamp() * 1000
