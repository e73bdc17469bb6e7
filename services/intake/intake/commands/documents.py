"""The desk asks the citizen for papers by name."""

from typing import Annotated

from pydantic import AfterValidator, Field

from intake.case.command import Code, Context, DeskCommandBody, EventDraft
from intake.case.model import Case
from intake.catalogue.papers import NAMED

MOST = 20


def _named(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Each once. ValueError for a paper that has no name: nobody could say to the citizen what is wanted."""
    unknown = sorted(set(codes) - NAMED.keys())
    if unknown:
        raise ValueError(f"no paper is called {', '.join(unknown)}; those there are: {', '.join(sorted(NAMED))}")
    return tuple(dict.fromkeys(codes))


class RequestDocuments(DeskCommandBody):
    """The citizen learns which papers, and can add them to the case. No clock stops by it: that is `pause-clock`."""

    documents: Annotated[
        tuple[Code, ...],
        Field(
            min_length=1,
            max_length=MOST,
            json_schema_extra={"items": {"type": "string", "enum": sorted(NAMED)}},
        ),
        AfterValidator(_named),
    ]


def request_documents(body: RequestDocuments, _case: Case, context: Context) -> EventDraft:
    return EventDraft({"documents": body.documents, "by_post": context.by_post})
