"""Files of a case, as OpenAPI describes them."""

from typing import Any, Final

from chassis.http.openapi import Answer, Body, Description
from chassis.http.problems import BODY_TOO_LARGE, NOT_FOUND, REQUEST_TOO_SLOW, UNSUPPORTED_MEDIA_TYPE, ProblemType
from intake import problems
from intake.evidence.media import EXTENSIONS
from intake.evidence.problems import TYPES
from intake.evidence.shapes import AddedFile, BegunUpload, EvidenceForm
from intake.evidence.tus import PART_TYPE

_NUMBER: Final = {"tracking_number": "As it was given at filing, `JS-YY-XXXX-XXXX-C`; other spellings are forgiven."}
_FILE: Final = {**_NUMBER, "evidence_id": "As the `Location` of the upload names it."}
_OWNED: Final = (NOT_FOUND, problems.TRACKING_NUMBER_MISTYPED)
_WHO: Final = "For the owner's token or the receipt; everybody else gets 404."
_BINARY: Final = {"type": "string", "format": "binary"}
_BEGUN: Final = ("Tus-Resumable", "Upload-Offset", "Upload-Length", "Upload-Expires")
_STANDING: Final = (*_BEGUN, "Evidence-Id", "Evidence-SHA256")


def _called(*codes: str) -> tuple[ProblemType, ...]:
    return tuple(TYPES[code] for code in codes)


_TUS: Final = _called("tus_version", "tus_header_invalid")
# What the content of a whole file may be refused for.
LOOKED_AT: Final = (
    *_called("evidence_type_not_accepted", "evidence_of_two_types", "evidence_too_dense", "evidence_unreadable"),
    *_called("evidence_locked"),
    *_called("evidence_too_large", "evidence_too_many", "evidence_case_ended", "evidence_erased"),
    problems.BUSY,
)

ABOUT: Final = Description(
    "describe_uploads",
    "What the resumable upload can do",
    "Version, extensions and largest file of the upload protocol tus, the same for every case.",
    (
        Answer(
            204, "See the headers", headers=("Tus-Version", "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm")
        ),
    ),
    parameters=_NUMBER,
    proofs=(),
    stored=False,
)
ADD: Final = Description(
    "add_evidence",
    "Add a file, or begin a resumable upload",
    "A photo, PDF, video or sound recording: the content says which. Small files come in a form. With `Tus-Resumable` "
    "and `Upload-Length` it is the creation of tus 1.0, and the body is empty: send the parts by PATCH to the "
    "`Location`. The original is kept sealed, and `sha256` is its own; what is shown is a copy without metadata. A "
    f"form that is sent again gets the first answer. {_WHO}",
    (
        Answer(
            201,
            "Added, or begun",
            either=(AddedFile, BegunUpload),
            headers=("Location", "Content-Language", *_BEGUN),
        ),
    ),
    body=Body(EvidenceForm, required=False, media_types=("multipart/form-data",)),
    problems=(
        *_OWNED,
        *_TUS,
        *LOOKED_AT,
        *_called("evidence_empty", "evidence_document_unknown", "evidence_no_file", "evidence_form_unreadable"),
        *_called("evidence_busy"),
        UNSUPPORTED_MEDIA_TYPE,
    ),
    parameters=_NUMBER,
)
STANDING: Final = Description(
    "read_upload_offset",
    "How much of an upload is here",
    f"Go on by PATCH from `Upload-Offset`. Once all of it is here, the file's id and hash stand in headers. {_WHO}",
    (Answer(200, "See the headers", headers=_STANDING),),
    problems=(*_OWNED, *_TUS, *LOOKED_AT),
    parameters=_FILE,
)
APPEND: Final = Description(
    "append_to_upload",
    "The next part of an upload",
    "From the offset that HEAD tells. What arrives before a cut is kept, but for a body with a checksum, which is kept "
    f"whole or not at all. Behind the last byte the file is the case's. {_WHO}",
    (Answer(204, "Kept; see the headers", headers=_STANDING),),
    problems=(
        *_OWNED,
        *_TUS,
        *LOOKED_AT,
        *_called("tus_offset_mismatch", "tus_checksum_mismatch"),
        BODY_TOO_LARGE,
        REQUEST_TOO_SLOW,
        UNSUPPORTED_MEDIA_TYPE,
    ),
    parameters=_FILE,
)
GIVE_UP: Final = Description(
    "give_up_upload",
    "Give an upload up",
    f"What arrived of it is deleted. A file that is complete stays. {_WHO}",
    (Answer(204, "Gone", headers=("Tus-Resumable",)),),
    problems=(*_OWNED, *_TUS, *_called("tus_offset_mismatch")),
    parameters=_FILE,
)
KNOWN: Final = Description(
    "describe_evidence",
    "What is known of a file of the case",
    f"Its hash, its type and what the virus scanner said; 404 until all of it is here. {_WHO}",
    (Answer(200, "The file's entry", AddedFile, headers=("Content-Language",)),),
    problems=_OWNED,
    parameters=_FILE,
)
READ: Final = Description(
    "read_evidence",
    "The file, without its metadata",
    "As an attachment, for the owner (token or receipt) and for officers who may see the case; else 404. Each reading "
    "is recorded. What can't be stripped of its metadata goes to officers alone, as it came; what holds a virus goes "
    "to nobody.",
    (Answer(200, "The copy", schemas=dict.fromkeys(EXTENSIONS, _BINARY), headers=("Content-Disposition",)),),
    problems=(
        NOT_FOUND,
        *_called("evidence_infected", "evidence_for_officers", "evidence_without_copy", "evidence_erased"),
    ),
    parameters={"evidence_id": "As the answer to the upload and the status name it."},
)


def tus_headers(*names: str, **more: Any) -> dict[str, Any]:
    """For a route's openapi_extra: the request headers that its endpoint reads itself."""
    return {"parameters": [{"name": name, "in": "header", "schema": {}} for name in ("Tus-Resumable", *names)], **more}


PART: Final = {"requestBody": {"required": True, "content": {PART_TYPE: {"schema": _BINARY}}}}
