"""A certificate is approved or refused by an officer, and issued or revoked by the certificate service."""

from typing import ClassVar, Literal

from pydantic import Field

from event_schemas.base import DerivedEvent, DeskEvent
from event_schemas.values import ClearText, Code, PostId, Sha256, Text

__all__ = [
    "CertificateApproved",
    "CertificateIssued",
    "CertificateRefused",
    "CertificateRevocationOrdered",
    "CertificateRevoked",
]


class _CertificateOrder(DeskEvent):
    """``kind`` is ``character`` or another certificate the service knows how to write."""

    kind: Code
    by_post: PostId = Field(min_length=1, max_length=120)
    reason_code: Code | None = None
    certificate_id: Text | None = None


class CertificateApproved(_CertificateOrder):
    """``facts`` are what the approving desk enters on the paper, such as a diary number; the kind says which."""

    type: ClassVar[Literal["CertificateApproved"]] = "CertificateApproved"

    facts: dict[Code, ClearText] = Field(default_factory=dict)


class CertificateRefused(_CertificateOrder):
    type: ClassVar[Literal["CertificateRefused"]] = "CertificateRefused"


class CertificateRevocationOrdered(_CertificateOrder):
    type: ClassVar[Literal["CertificateRevocationOrdered"]] = "CertificateRevocationOrdered"


class _Certificate(DerivedEvent):
    """``sha256`` is that of the PDF."""

    producer: ClassVar[str] = "certificate"

    certificate_id: Text
    kind: Code
    verify_url: Text
    sha256: Sha256


class CertificateIssued(_Certificate):
    type: ClassVar[Literal["CertificateIssued"]] = "CertificateIssued"


class CertificateRevoked(_Certificate):
    type: ClassVar[Literal["CertificateRevoked"]] = "CertificateRevoked"
