"""Why a file is refused, or not shown."""


class EvidenceFault(Exception):
    """`code` names the problem, whose text names the `limits`; the text, for developers, holds nothing of the file."""

    code: str
    because: str | None = None

    def __init__(self, why: str = "", **limits: int) -> None:
        super().__init__(why)
        self.limits = limits


class NotAccepted(EvidenceFault):
    """The content is of none of the accepted types."""

    code = "evidence_type_not_accepted"


class TwoTypes(EvidenceFault):
    """The content can be read as two types of file."""

    code = "evidence_of_two_types"


class TooDense(EvidenceFault):
    """Opened, it would take far more room than it has bytes: a decompression bomb."""

    code = "evidence_too_dense"


class Unreadable(EvidenceFault):
    """It begins as a type of file that is accepted and cannot be read as one."""

    code = "evidence_unreadable"


class Locked(Unreadable):
    """A PDF that opens with a password alone: no copy can be made, and no officer could read it."""

    code = "evidence_locked"


class Empty(EvidenceFault):
    code = "evidence_empty"


class TooLarge(EvidenceFault):
    code = "evidence_too_large"
    because = "over_the_limit"


class TooMany(EvidenceFault):
    """The case has as many files, or bytes, as it may have."""

    code = "evidence_too_many"
    because = "over_the_limits"


class UnknownDocument(EvidenceFault):
    """The service asks for no document of this type."""

    code = "evidence_document_unknown"


class CaseEnded(EvidenceFault):
    code = "evidence_case_ended"
