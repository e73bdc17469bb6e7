"""The registers' calls, as OpenAPI describes them."""

from typing import Any, Final

from chassis.http.openapi import Answer, Body, Description
from chassis.http.problems import BODY_TOO_LARGE, FORBIDDEN, NOT_FOUND, TOO_MANY_REQUESTS, VALIDATION_FAILED
from intake import problems
from intake.http.paging import CURSOR
from intake.registers import bodies, shapes
from intake.registers.model import Kind
from intake.registers.photos import PICTURES
from intake.registers.problems import (
    ENTRY_ENDED,
    ENTRY_EXISTS,
    NEVER_PUBLISHED,
    NOT_A_PICTURE,
    PHOTO_NOT_KEPT,
    REGISTER_UNKNOWN,
    SEARCH_TOO_WIDE,
    VERSION_MISMATCH,
)

_PARAMETERS: Final = {
    "q": "Names or other parts of the entry, in Hindi or English letters and in any spelling; numbers exactly.",
    "district": "A district's name, in either script.",
    "station": "A police station's code, as /v1/stations gives it.",
    "from": "The first day, or instant, of `since`.",
    "until": "The last day, or the instant before which, of `since`.",
    "cursor": CURSOR,
    "limit": "How many at most.",
}
_ENTRY: Final = {"entry_id": "As the list gives it."}
_REGISTER: Final = {"register": "A register's name, such as `wanted`."}
_OWN: Final = "Of the officer's own station or district; another's is answered as one that there is not (404)."
_CHANGES: Final = (NOT_FOUND, FORBIDDEN, ENTRY_ENDED, VERSION_MISMATCH, problems.BUSY, REGISTER_UNKNOWN)

REGISTERS: Final = Description(
    "list_registers",
    "The registers that can be looked up",
    "Where each is read, whether a login is needed, by what its entries are searched and what they hold.",
    (Answer(200, "Every register", shapes.RegisterList, headers=("Content-Language",)),),
    stored=False,
)


def search(kind: Kind) -> Description:
    asks = f" Give one of {', '.join(f'`{name}`' for name in kind.asks_one_of)}." if kind.asks_one_of else ""
    window = f" `from` and `until` are needed, at most {kind.window.days} days apart." if kind.window else ""
    note = f" {kind.note.en}" if kind.note else ""
    return Description(
        f"search_{_name(kind)}",
        kind.names.en,
        f"The newest first; who is acquitted or found, and what is over, is not there any more.{asks}{window}{note}",
        (Answer(200, "A page", shapes.RegisterPage, headers=("Content-Language",)),),
        problems=(problems.CURSOR_INVALID, SEARCH_TOO_WIDE, VALIDATION_FAILED, TOO_MANY_REQUESTS),
        parameters={**_PARAMETERS, **{name: kind.fields[name]["title"]["en"] for name in kind.filters}},
    )


def entry(kind: Kind) -> Description:
    return Description(
        f"read_{_name(kind)}_entry",
        f"{kind.names.en}: one entry",
        "As in the list; 404 once it has left the register.",
        (Answer(200, "The entry", shapes.RegisterEntry, headers=("Content-Language",)),),
        problems=(NOT_FOUND, TOO_MANY_REQUESTS),
        parameters=_ENTRY,
    )


_BINARY: Final = {"type": "string", "format": "binary"}
_PICTURE: Final = dict.fromkeys(sorted(PICTURES), _BINARY)


def photo(kind: Kind) -> Description:
    return Description(
        f"read_{_name(kind)}_photo",
        f"{kind.names.en}: the photo of an entry",
        "Without metadata and made small; 404 where there is none, where it is not for the public, or once the entry "
        "has left.",
        (Answer(200, "The picture", schemas=_PICTURE, headers=("Content-Disposition",)),),
        problems=(NOT_FOUND, TOO_MANY_REQUESTS),
        parameters=_ENTRY,
    )


def filters_of(kind: Kind) -> list[dict[str, Any]]:
    """The query parameters that are fields of this register, for a route's openapi_extra."""
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": f"{kind.fields[name]['title']['en']}.",
            "schema": {"type": "string", "enum": kind.fields[name]["enum"]},
        }
        for name in kind.filters
    ]


DESK_LIST: Final = Description(
    "list_register_entries",
    "Entries as officers keep them",
    "With what only officers read, and what was done to each. Those that have ended with `state=ended`.",
    (Answer(200, "A page", shapes.DeskEntryPage, headers=("Content-Language",)),),
    problems=(problems.CURSOR_INVALID, REGISTER_UNKNOWN),
    parameters={**_REGISTER, **_PARAMETERS, "state": "`current` (the default), or `all`."},
)
DESK_READ: Final = Description(
    "read_register_entry",
    "One entry as officers keep it",
    _OWN,
    (Answer(200, "The entry", shapes.DeskEntry, headers=("ETag", "Content-Language")),),
    problems=(NOT_FOUND, REGISTER_UNKNOWN),
    parameters={**_REGISTER, **_ENTRY},
)


def add(example: Kind) -> Description:
    given = example.example.model_dump(mode="json")
    body = {"since": given["since"], "source": given["source"], "attributes": given["attributes"]}
    return Description(
        "add_register_entry",
        "Add an entry",
        "What an entry holds, and on which papers it may rest, says `GET /v1/registers`. Each has a source, a date and "
        "an end; what the law keeps back is refused (`entry_never_published`).",
        (Answer(201, "Added", shapes.DeskEntry, headers=("Location", "ETag", "Content-Language")),),
        body=Body(bodies.AddEntry, {"example": body}),
        problems=(ENTRY_EXISTS, NEVER_PUBLISHED, VALIDATION_FAILED, FORBIDDEN, REGISTER_UNKNOWN),
        parameters=_REGISTER,
    )


CORRECT: Final = Description(
    "correct_register_entry",
    "Correct an entry",
    f"What is left out stays; who did it, when and why is kept. {_OWN}",
    (Answer(200, "Corrected", shapes.DeskEntry, headers=("ETag", "Content-Language")),),
    body=Body(bodies.CorrectEntry, {"example": {"reason": "उम्र गलत थी", "attributes": {"age": 35}}}),
    problems=(*_CHANGES, ENTRY_EXISTS, NEVER_PUBLISHED, VALIDATION_FAILED),
    parameters={**_REGISTER, **_ENTRY},
)
END: Final = Description(
    "end_register_entry",
    "End an entry",
    f"It leaves the public register at once: acquitted, found, returned. It is kept for officers. {_OWN}",
    (Answer(200, "Ended", shapes.DeskEntry, headers=("ETag", "Content-Language")),),
    body=Body(bodies.EndEntry, {"example": {"reason_code": "entered_wrongly"}}),
    problems=(*_CHANGES, VALIDATION_FAILED),
    parameters={**_REGISTER, **_ENTRY},
)

MATCHES: Final = Description(
    "match_register_entry",
    "Entries of another register that may be the same matter",
    "Lost and recovered property by a number in common, or by item, days and description; missing and unknown persons "
    f"by gender, age, days and looks. A proposal: an officer decides, and the public never reads it. {_OWN}",
    (Answer(200, "The likeliest first", shapes.EntryMatches, headers=("Content-Language",)),),
    problems=(NOT_FOUND, REGISTER_UNKNOWN),
    parameters={**_REGISTER, **_ENTRY},
)
SET_PHOTO: Final = Description(
    "set_register_photo",
    "Put a photo to an entry",
    f"A JPEG, PNG or WebP picture as the body, in place of the one before; without a body that one goes. A copy "
    f"without metadata is kept, made small. {_OWN}",
    (Answer(200, "Kept", shapes.DeskEntry, headers=("ETag", "Content-Language")),),
    problems=(*_CHANGES, NOT_A_PICTURE, PHOTO_NOT_KEPT, BODY_TOO_LARGE),
    parameters={**_REGISTER, **_ENTRY},
)
PICTURE_BODY: Final = {"requestBody": {"required": False, "content": {one: {"schema": _BINARY} for one in _PICTURE}}}
DESK_PHOTO: Final = Description(
    "read_register_photo",
    "The photo of an entry, for officers",
    f"Those too that only officers are shown. {_OWN}",
    (Answer(200, "The picture", schemas=_PICTURE, headers=("Content-Disposition",)),),
    problems=(NOT_FOUND, REGISTER_UNKNOWN),
    parameters={**_REGISTER, **_ENTRY},
)


def _name(kind: Kind) -> str:
    return kind.kind.replace("-", "_")
