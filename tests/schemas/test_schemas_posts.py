"""Who answers for a post is one rule, for whoever sends a message and whoever escalates to it."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from event_schemas import DirectoryPost, Post, holder_of

PLACES = ("5140003", "5140004", "ARARIA")


def post(place: str, *, vacant: bool = False, acting: str | None = None) -> DirectoryPost:
    return DirectoryPost(station=place, post=Post.SHO, name_en="SHO", name_hi="पद", vacant=vacant, acting=acting)


def directory(*posts: DirectoryPost) -> Mapping[str, DirectoryPost]:
    return {one.key: one for one in posts}


def test_a_post_that_is_held_answers_for_itself() -> None:
    """Also if a stand-in is still named, from the time when it was vacant."""
    held, other = post("5140003", acting="5140004:SHO"), post("5140004")
    assert holder_of(held, directory(held, other)) is held


def test_who_stands_in_answers_for_a_vacant_post() -> None:
    """The stand-in, if named, known and in office."""
    vacant, other = post("5140003", vacant=True, acting="5140004:SHO"), post("5140004")
    assert holder_of(vacant, directory(vacant, other)) is other
    assert holder_of(vacant, directory(vacant)) is None
    assert holder_of(vacant, directory(vacant, post("5140004", vacant=True))) is None
    alone = post("5140003", vacant=True)
    assert holder_of(alone, directory(alone, other)) is None


def test_a_stand_in_of_a_stand_in_answers_nothing() -> None:
    """One step only: two vacant posts that name each other, or a third, do not send a message round."""
    first, second = (
        post("5140003", vacant=True, acting="5140004:SHO"),
        post("5140004", vacant=True, acting="ARARIA:SHO"),
    )
    assert holder_of(first, directory(first, second, post("ARARIA"))) is None


named = st.none() | st.sampled_from([f"{place}:SHO" for place in (*PLACES, "5140099")])


@given(st.lists(st.tuples(st.booleans(), named), min_size=len(PLACES), max_size=len(PLACES)))
def test_whoever_answers_is_in_office(drawn: list[tuple[bool, str | None]]) -> None:
    """Whatever the directory says, circles and gaps included: nobody, or a known post that is not vacant."""
    posts = directory(*(post(place, vacant=v, acting=a) for place, (v, a) in zip(PLACES, drawn, strict=True)))
    for one in posts.values():
        holder = holder_of(one, posts)
        assert holder is None or (not holder.vacant and posts[holder.key] is holder)
        assert (holder is one) == (not one.vacant)
