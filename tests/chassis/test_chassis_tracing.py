"""Trace context travels as W3C strings, recorded or not."""

from __future__ import annotations

import asyncio
import re
import timeit
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from chassis.telemetry.tracing import Tracing, current_traceparent, mark, span

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
FORM = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]")


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing = Tracing("svc", SimpleSpanProcessor(exporter)).activate()
    yield exporter
    tracing.shutdown()


def test_outside_of_a_span_there_is_no_context() -> None:
    """Nothing is invented."""
    assert current_traceparent() is None


def test_without_an_exporter_the_trace_is_carried_on() -> None:
    """The trace id of the caller goes on to what we call and emit; the span id is new."""
    with span("a", parent=PARENT) as outer, span("b") as inner:
        assert current_traceparent() == inner
    assert FORM.fullmatch(outer)
    assert len({PARENT[:35], outer[:35], inner[:35]}) == 1
    assert len({PARENT, outer, inner}) == 3
    assert outer.endswith("-01")


def test_a_mark_is_a_span_of_no_length(exported: InMemorySpanExporter) -> None:
    """It is exported under its parent with its attributes, and leaves the span we are in as it was."""
    with span("batch"):
        before = current_traceparent()
        made = mark("decided", parent=PARENT, reason="nearest") or ""
        assert current_traceparent() == before
    found, _ = exported.get_finished_spans()
    assert (found.name, dict(found.attributes or {})) == ("decided", {"reason": "nearest"})
    assert found.parent is not None
    assert f"{found.parent.span_id:016x}" == PARENT[36:52]
    assert made[3:35] == PARENT[3:35]


def test_without_an_exporter_a_mark_carries_the_trace_on() -> None:
    """No span is made up: its parent goes on, else the span we are in; what is none starts a trace."""
    assert mark("a", parent=PARENT) == PARENT
    with span("outer") as outer:
        assert mark("b") == outer
    assert mark("c") is None
    assert FORM.fullmatch(mark("d", parent="none") or "")


@pytest.mark.parametrize(
    "bad", ["", "x", PARENT.upper(), PARENT.replace("00-0af", "ff-0af"), "00-" + "0" * 32 + PARENT[35:]]
)
def test_a_bad_traceparent_starts_a_new_trace(bad: str) -> None:
    """A header from outside is not trusted to be well-formed."""
    with span("a", parent=bad) as made:
        assert FORM.fullmatch(made)
        assert made[3:35] != PARENT[3:35]


def test_spans_are_exported_as_children_of_the_incoming_one(exported: InMemorySpanExporter) -> None:
    """One trace from the request to its last effect."""
    with span("outer", parent=PARENT, case_id="c_1"), span("inner", link=PARENT):
        pass
    inner, outer = exported.get_finished_spans()
    assert outer.parent is not None
    assert f"{outer.parent.span_id:016x}" == PARENT[36:52]
    assert inner.parent is not None
    assert outer.context is not None
    assert inner.parent.span_id == outer.context.span_id
    assert outer.attributes is not None
    assert outer.attributes["case_id"] == "c_1"
    assert len(inner.links) == 1


def test_a_failed_span_names_the_kind_of_error_alone(exported: InMemorySpanExporter) -> None:
    """Exception texts may quote a person; they don't leave with the trace."""
    with pytest.raises(ValueError, match="Sita"), span("x"):
        raise ValueError("Sita")
    (recorded,) = exported.get_finished_spans()
    assert recorded.status.status_code is StatusCode.ERROR
    assert recorded.status.description == "ValueError"
    assert not recorded.events


async def test_tasks_do_not_share_a_context() -> None:
    """Two requests at once keep their own traces."""

    async def one() -> str:
        with span("x") as made:
            await asyncio.sleep(0)
            assert current_traceparent() == made
            return made

    assert len(set(await asyncio.gather(*(one() for _ in range(5))))) == 5


def test_an_unexported_span_costs_next_to_nothing() -> None:
    """Without an endpoint a span stays far below what a request costs (bound: 60 microseconds)."""

    def run() -> None:
        with span("x", parent=PARENT, a=1):
            pass

    assert min(timeit.repeat(run, number=1_000, repeat=5)) / 1_000 < 60e-6
