"""The caller of a request, as its verified token says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Principal:
    """`sub` is stable and holds no personal data; `phone` (E.164) is known for citizens only."""

    sub: str
    role: str
    phone: str | None = None
    post: str | None = None
    station: str | None = None
    district: str | None = None
