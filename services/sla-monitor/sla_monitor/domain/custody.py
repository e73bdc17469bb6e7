"""Which station had a case when: its assignments in order, and a span of time cut at each of them."""

from collections.abc import Iterator

from sla_monitor.domain.model import Assignment, CaseRecord


def in_custody(record: CaseRecord, at: int) -> Assignment | None:
    """The station that had the case at a time (epoch ms): the highest assignment made by then."""
    return max((one for one in record.assignments if one.at <= at), key=lambda one: one.number, default=None)


def parts(record: CaseRecord, begin: int, end: int | None) -> Iterator[tuple[Assignment | None, int, int | None]]:
    """(holder, begin, end) of each part of the time (epoch ms), which add up to the whole; end None: it goes on."""
    holder: Assignment | None = None
    since = begin
    for stay in _stays(record):
        if end is not None and stay.at >= end:
            break
        if stay.at > since:
            yield holder, since, stay.at
            since = stay.at
        holder = stay
    if end is None or end > since or since == begin:
        yield holder, since, end


def _stays(record: CaseRecord) -> Iterator[Assignment]:
    """Assignments by number; one whose successor was made no later never had the case."""
    ordered = sorted(record.assignments, key=lambda one: one.number)
    for index, stay in enumerate(ordered):
        if all(later.at > stay.at for later in ordered[index + 1 :]):
            yield stay
