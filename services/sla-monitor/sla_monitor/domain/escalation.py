"""Choose the post that a breach is addressed to: that of its level or, while it is vacant, the next that is held."""

from collections.abc import Sequence
from typing import Final, Protocol

from event_schemas import Post, PostId, ids
from event_schemas.policies import EscalationStep
from sla_monitor.domain.model import Assignment

CONTROL_ROOM: Final = ids.post_id("HQ", "control-room")


class Posts(Protocol):
    """What is known of the posts: ``station`` is the office that the case lies with."""

    def is_held(self, post: PostId, station: str) -> bool: ...


class AllHeld:
    """For who asks about times alone: every post has its holder."""

    def is_held(self, post: PostId, station: str) -> bool:
        del post, station
        return True


ALL_HELD: Final = AllHeld()


def addressee(assignment: Assignment | None, steps: Sequence[EscalationStep], posts: Posts) -> PostId:
    """The first held post of the steps; the state's control room where none is, or where no station has the case."""
    if assignment is None:
        return CONTROL_ROOM
    for step in steps:
        post = post_of(assignment, step.post)
        if posts.is_held(post, assignment.station):
            return post
    return CONTROL_ROOM


def post_of(assignment: Assignment, post: Post) -> PostId:
    """The post that a step names, of the station, the police district or the range that the case lies with."""
    match post:
        case Post.SHO | Post.SDPO:
            return ids.post_id(post, assignment.station)
        case Post.SP:
            return ids.post_id(post, assignment.police_district)
        case Post.DIG:
            return ids.post_id(post, "bihar")
    return CONTROL_ROOM
