"""Which station had a case when."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sla_monitor.domain import custody
from sla_monitor.domain.model import Assignment, CaseRecord

RECORD = CaseRecord(case_id="c_01KB1N0P4R5S6T7V8W9X0Y1Z2A")
TIMES = st.integers(0, 50)


def assigned(*at: int) -> CaseRecord:
    """A case that was assigned at these times, by number."""
    return replace(RECORD, assignments=tuple(Assignment(n, one, f"s{n}", "", "") for n, one in enumerate(at, 1)))


def test_an_assignment_whose_successor_was_made_no_later_had_nothing() -> None:
    """Numbers decide, not the order of times: the second was overtaken, so its time is the third's."""
    parts = [(one and one.number, begin, end) for one, begin, end in custody.parts(assigned(0, 10, 5), 0, 20)]
    assert parts == [(1, 0, 5), (3, 5, 20)]


@given(st.lists(TIMES, max_size=5), TIMES, TIMES | st.none())
def test_the_parts_add_up_to_the_whole(times: list[int], begin: int, length: int | None) -> None:
    """Without a gap and without an overlap, whoever had the case."""
    end = None if length is None else begin + length
    parts = list(custody.parts(assigned(*times), begin, end))
    assert [one[1] for one in parts] == [begin, *(one[2] for one in parts[:-1])]
    assert parts[-1][2] == end
