"""The promises beyond the first three: what starts each, what keeps it, when it is due, and who answers for it."""

import pytest
from prometheus_client import CollectorRegistry

from event_schemas import (
    CertificateIssued,
    CertificateRefused,
    Envelope,
    FIRDeclined,
    FIRRegistered,
    InformationSigned,
    InvestigationCompleted,
    PreliminaryEnquiryCompleted,
    PreliminaryEnquiryOrdered,
    ProgressInformed,
    TipAnswered,
    VerificationCompleted,
)
from event_schemas.calendars import INDIA
from sla_monitor.ledger.model import rounds_of
from sla_monitor.ledger.report import By, ReportBuilder, Window
from sla_monitor.worker.gauges import MetricsRecorder
from sla_monitor.worker.metrics import SLAMetrics
from tests.manual_clock import ManualClock
from tests.sla_monitor.processor_rig import exit_process
from tests.sla_monitor.sla_events import DAY, HOUR, Monitor, assigned, at, build, filed, ms, policies, withdrawn

FIR = build(
    FIRRegistered, HOUR, fir_number="112/2026", station="5140003", year=2026, registered_at=at(0), sections=("303",)
)
VERIFIED = build(VerificationCompleted, 2 * DAY, outcome="clear")
ISSUED = build(
    CertificateIssued,
    2 * DAY,
    certificate_id="k1",
    kind="character",
    verify_url="https://x/v1/verify/k1",
    sha256="0" * 64,
)
REFUSED = build(CertificateRefused, 2 * DAY, kind="character", by_post="SHO:5140003", reason_code="adverse")

# Everything starts on Monday, 2 November 2026, at 11:30 in India; an FIR and an enquiry an hour later.
KEPT = [
    ("verification:1", filed(0, "tenant-verification"), (), VERIFIED, "Sat 14 Nov 11:30"),
    ("verification:1", filed(0, "character-certificate"), (), VERIFIED, "Sat 14 Nov 11:30"),
    ("certificate:1", filed(0, "character-certificate"), (), ISSUED, "Fri 20 Nov 11:30"),
    ("certificate:1", filed(0, "character-certificate"), (), REFUSED, "Fri 20 Nov 11:30"),
    ("passport_verification:1", filed(0, "passport-verification"), (), VERIFIED, "Mon 23 Nov 23:59"),
    ("efir_signature:1", filed(0, "e-fir"), (), build(InformationSigned, 2 * DAY), "Thu 05 Nov 23:59"),
    (
        "preliminary_enquiry:1",
        filed(),
        (build(PreliminaryEnquiryOrdered, HOUR, permitted_by_post="SDPO:5140003"),),
        build(PreliminaryEnquiryCompleted, 2 * DAY),
        "Mon 16 Nov 23:59",
    ),
    ("investigation:1", filed(), (FIR,), build(InvestigationCompleted, 2 * DAY), "Sat 16 Jan 23:59"),
    ("progress_to_victim:1", filed(), (FIR,), build(ProgressInformed, 2 * DAY), "Sun 31 Jan 23:59"),
    ("progress_to_victim:1", filed(), (FIR,), build(InvestigationCompleted, 2 * DAY), "Sun 31 Jan 23:59"),
    ("tip_response:1", filed(0, "secret-tip"), (), build(TipAnswered, DAY), "Wed 04 Nov 11:30"),
]


@pytest.mark.parametrize(("clock_id", "filing", "then", "stop", "due"), KEPT)
def test_a_promise_is_due_and_kept_by_its_policy(
    clock_id: str, filing: Envelope, then: tuple[Envelope, ...], stop: Envelope, due: str
) -> None:
    """From the act that starts it to the act that keeps it, by its own calendar."""
    monitor = Monitor()
    monitor.consume(filing, *then)
    state, seconds = monitor.states()[clock_id]
    assert (state, at(seconds).astimezone(INDIA).strftime("%a %d %b %H:%M")) == ("running", due)
    monitor.consume(stop)
    assert monitor.states()[clock_id][0] == "met"


def test_every_shipped_promise_is_played_here_or_is_one_of_the_three() -> None:
    """A clock that is added to the file is added to the table above."""
    played = {clock_id.partition(":")[0] for clock_id, *_ in KEPT}
    assert played | {"dial112_response", "hearing", "inquiry"} == {policy.clock for policy in policies().clocks}


def test_no_other_service_gets_these_clocks() -> None:
    """A lost-property report promises nothing by itself, and a complaint no verification."""
    monitor = Monitor()
    monitor.consume(filed(0, "lost-property"), VERIFIED, ISSUED)
    assert monitor.states() == {}
    complaint = Monitor()
    complaint.consume(filed(), VERIFIED)
    assert set(complaint.states()) == {"inquiry:1"}


def test_an_fir_that_is_declined_frees_the_citizen_of_the_signature() -> None:
    """Nothing is left to sign."""
    monitor = Monitor()
    monitor.consume(filed(0, "e-fir"), build(FIRDeclined, DAY, reason_code="not_cognizable"))
    assert monitor.states()["efir_signature:1"][0] == "cancelled"


def test_a_withdrawn_complaint_does_not_end_an_investigation() -> None:
    """Once registered, an FIR is not the citizen's to withdraw."""
    monitor = Monitor()
    monitor.consume(filed(), FIR, withdrawn(DAY))
    assert monitor.states()["investigation:1"][0] == "running"
    assert monitor.states()["inquiry:1"][0] == "cancelled"


def test_what_a_citizen_owes_is_in_no_compliance() -> None:
    """An e-FIR that nobody signed: addressed to the station, and counted neither in the metrics nor in the report."""
    monitor = Monitor()
    monitor.consume(filed(0, "e-fir"), assigned(60), 5.0 * DAY, build(InformationSigned, 6 * DAY))
    assert monitor.states()["efir_signature:1"][0] == "breached"
    registry = CollectorRegistry()
    recorder = MetricsRecorder(SLAMetrics(registry, policies()), "routine", ManualClock(at(6 * DAY)), exit_process)
    recorder.count_batch([(monitor.record, one) for one in monitor.emitted])
    labels = {"clock": "efir_signature", "district": "Araria"}
    assert registry.get_sample_value("janseva_sla_clocks_stopped_total", labels | {"outcome": "breached"}) is None
    assert registry.get_sample_value("janseva_sla_breaches_total", labels | {"level": "0"}) is None
    assert monitor.record is not None
    report = ReportBuilder(By.STATION, Window(ms(0), ms(30 * DAY), ms(30 * DAY)))
    for one in rounds_of(monitor.record, policies()):
        report.add(one)
    made = report.build()
    assert (made.rows, made.totals, made.citizen_owned_left_out) == ((), (), 1)
