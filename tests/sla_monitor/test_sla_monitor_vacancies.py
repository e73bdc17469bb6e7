"""A breach is addressed to somebody who is there."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_schemas import DirectoryPost, Post, PostId, SLABreached, encode, ids
from event_schemas.policies import EscalationStep
from sla_monitor.domain import engine
from sla_monitor.domain.escalation import CONTROL_ROOM, addressee, post_of
from sla_monitor.domain.model import Assignment, CaseRecord
from sla_monitor.ledger.judge import JudgedAt, judge
from sla_monitor.shared.posts import DirectoryOfPosts, NotRead, PostsReader
from tests.sla_monitor.sla_events import DAY, Monitor, assigned, completed, filed, ms, policies

ARARIA = Assignment(1, 0, "5140003", "Araria", "ARARIA")
POSTS = (Post.SHO, Post.SDPO, Post.SP, Post.DIG, Post.HQ)


@dataclass(frozen=True)
class Vacant:
    """Nobody holds these posts."""

    posts: frozenset[PostId]

    def is_held(self, post: PostId, station: str) -> bool:
        del station
        return post not in self.posts


def steps(posts: Sequence[Post]) -> list[EscalationStep]:
    return [EscalationStep.model_validate({"level": n, "post": p, "after": n * 60}) for n, p in enumerate(posts)]


def post(kind: Post, place: str, **changes: object) -> DirectoryPost:
    return DirectoryPost.model_validate(
        {"station": place, "post": kind, "name_en": f"{kind}, {place}", "name_hi": "पद", **changes}
    )


def directory(*posts: DirectoryPost) -> DirectoryOfPosts:
    known = DirectoryOfPosts()
    for one in posts:
        record = encode(one, event_id=ids.new_event_id(), source="routing")
        known.on_record(record.key or b"", record.value, record.headers)
    return known


@given(st.lists(st.sampled_from(POSTS), min_size=1, max_size=6), st.sets(st.sampled_from(POSTS)), st.data())
def test_a_level_goes_to_the_first_held_post_from_its_step_on(
    ladder: list[Post], empty: set[Post], data: st.DataObject
) -> None:
    """Whatever posts are vacant: the first one of the step or behind it that is held, else the state's control room."""
    level = data.draw(st.integers(0, len(ladder) - 1))
    vacant = Vacant(frozenset(post_of(ARARIA, one) for one in empty))
    addressed = addressee(ARARIA, steps(ladder)[level:], vacant)
    held = [one for one in ladder[level:] if one not in empty]
    assert addressed == (post_of(ARARIA, held[0]) if held else CONTROL_ROOM)


def test_without_a_station_the_control_room_is_the_addressee() -> None:
    """Nobody's station has no posts that could be vacant."""
    assert addressee(None, steps(POSTS), Vacant(frozenset())) == "HQ:control-room"


def addressed_of(posts: Vacant | DirectoryOfPosts, days: float = 40) -> dict[int, SLABreached]:
    """What an assigned and forgotten complaint makes the monitor emit until the day, by level."""
    monitor = Monitor()
    monitor.consume(filed(), assigned(1))
    assert monitor.record is not None
    _, emitted = engine.fire(monitor.record, ms(days * DAY), policies(), posts)
    return {one.data.level: one.data for one in emitted if isinstance(one.data, SLABreached)}


def test_a_vacancy_changes_the_address_and_not_the_breach() -> None:
    """With the SHO's post vacant level 0 is addressed to the next post under the id it would have had anyway."""
    held, vacant = addressed_of(Vacant(frozenset())), addressed_of(Vacant(frozenset({PostId("SHO:5140003")})))
    assert held[0].escalate_to == "SHO:5140003"
    assert vacant[0].escalate_to == held[1].escalate_to == "SDPO:5140003"
    changed = {"escalate_to": held[0].escalate_to}
    assert [vacant[0].model_copy(update=changed), *list(vacant.values())[1:]] == list(held.values())


def test_a_breach_that_an_event_brings_to_light_passes_a_vacant_post_too() -> None:
    """The inquiry ended late and no tick had emitted it: the breach is emitted with the end, to a post that is held."""
    record = None
    vacant = Vacant(frozenset({PostId("SHO:5140003"), PostId("SDPO:5140003")}))
    for one in (filed(), assigned(1), completed(31 * DAY)):
        record, emitted = engine.apply(record, one, policies(), vacant)
    assert [one.data.escalate_to for one in emitted if isinstance(one.data, SLABreached)] == ["SP:ARARIA"]


def test_a_post_that_falls_vacant_between_two_levels_is_passed_by_from_then_on() -> None:
    """Level 0 went to the SHO, level 1 finds no SDPO and goes to the SP: each level looks at its own time."""
    directory_now = directory(post(Post.SHO, "5140003"), post(Post.SDPO, "5140003"), post(Post.SP, "ARARIA"))
    monitor = Monitor()
    monitor.consume(filed(), assigned(1))
    assert monitor.record is not None
    record, first = engine.fire(monitor.record, ms(31 * DAY), policies(), directory_now)
    gone = encode(post(Post.SDPO, "5140003", vacant=True), event_id=ids.new_event_id(), source="routing")
    directory_now.on_record(gone.key or b"", gone.value, gone.headers)
    assert isinstance(record, CaseRecord)
    _, second = engine.fire(record, ms(34 * DAY), policies(), directory_now)
    breaches = [one.data for one in (*first, *second) if isinstance(one.data, SLABreached)]
    assert [(one.level, one.escalate_to) for one in breaches] == [(0, "SHO:5140003"), (1, "SP:ARARIA")]


def test_the_reconciler_passes_a_vacant_post_by_as_the_workers_do() -> None:
    """A missed breach is mended with the address it should have had."""
    monitor = Monitor()
    monitor.consume(filed(), assigned(1))
    assert monitor.record is not None
    now = ms(31 * DAY)
    vacant = Vacant(frozenset({PostId("SHO:5140003"), PostId("SDPO:5140003")}))
    found = judge(monitor.record, [], JudgedAt(missed_before=now, now=now), policies(), vacant)
    assert [
        one.correction.data.escalate_to
        for one in found
        if one.correction and isinstance(one.correction.data, SLABreached)
    ] == ["SP:ARARIA"]


SHO = PostId("SHO:5140003")


@pytest.mark.parametrize(
    ("posts", "held"),
    [
        ((), True),
        ((post(Post.SHO, "5140003"),), True),
        ((post(Post.SHO, "5140003", vacant=True),), False),
        ((post(Post.SHO, "5140003", vacant=True, acting="5140004:SHO"), post(Post.SHO, "5140004")), True),
        ((post(Post.SHO, "5140003", vacant=True, acting="5140004:SHO"),), False),
        (
            (
                post(Post.SHO, "5140003", vacant=True, acting="5140004:SHO"),
                post(Post.SHO, "5140004", vacant=True),
            ),
            False,
        ),
    ],
)
def test_who_stands_in_holds_the_post(posts: tuple[DirectoryPost, ...], *, held: bool) -> None:
    """Held is who is there or stands in; a stand-in whose own post is vacant or unheard of answers nothing."""
    assert directory(*posts).is_held(SHO, "5140003") is held


def test_a_post_without_a_record_is_passed_by_once_the_stations_own_posts_are_known() -> None:
    """Bihar's data has no sub-divisions: their officers exist nowhere; but an unread directory empties no post."""
    sdpo = PostId("SDPO:5140003")
    known = directory(post(Post.SP, "ARARIA"))
    assert known.is_held(sdpo, "5140003")
    record = encode(post(Post.SHO, "5140003"), event_id=ids.new_event_id(), source="routing")
    known.on_record(record.key or b"", record.value, record.headers)
    assert not known.is_held(sdpo, "5140003")
    known.on_record(record.key or b"", None, ())
    assert known.is_held(sdpo, "5140003")


def test_a_record_nobody_can_read_changes_nothing() -> None:
    """Garbage under a post's key neither fills nor empties it."""
    known = directory(post(Post.SHO, "5140003", vacant=True))
    known.on_record(b"5140003:SHO", b"{no json", ())
    assert not known.is_held(SHO, "5140003")
    assert len(known) == 1


async def test_a_worker_is_not_ready_before_it_has_read_the_directory() -> None:
    """Its first breach could go to a post that is vacant."""
    with pytest.raises(NotRead):
        await PostsReader("127.0.0.1:9", "directory.posts").check()
