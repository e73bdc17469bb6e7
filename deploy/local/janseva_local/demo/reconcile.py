"""Holds the client's journal against the raw log and the provider's log: nothing missing, doubled or untrue."""

from collections import Counter
from collections.abc import Iterator

from event_schemas import AssignedToStation, ComplaintFiled, TransferRequested
from event_schemas.policies import PolicySet
from janseva_local.demo.check_acts import check_acts, check_certificates, check_documents
from janseva_local.demo.check_clocks import check_clocks
from janseva_local.demo.check_messages import check_messages
from janseva_local.demo.findings import Case, Finding, Limits, Run, by_case, exactly_one, with_earlier
from janseva_local.demo.papers import check_papers


def reconcile(run: Run, policies: PolicySet, limits: Limits) -> list[Finding]:
    """Every deviation found; an empty list is the only good answer."""
    cases, strangers = by_case(run)
    findings = [
        Finding("unanswered", "", f"submission {number} of {intent.service_code} never got an answer")
        for number, intent in run.intents.items()
        if number not in run.accepted
    ]
    findings += [
        Finding("unexpected", case_id, "a case was filed that nobody of this run filed")
        for case_id, events in strangers.items()
        if any(isinstance(seen.envelope.data, ComplaintFiled) for seen in events)
    ]
    findings += list(_shared_cases(run))
    for case in cases.values():
        findings += check_filing(case)
        findings += check_order(case)
        findings += check_assignments(case)
        findings += check_acts(case)
        findings += check_documents(case, run.required)
        findings += check_certificates(case)
        findings += check_papers(case, run.papers)
        findings += check_clocks(case, policies, limits, run.ended_at)
    findings += check_messages(cases, with_earlier(strangers, run.evidence), run.evidence)
    if run.evidence.garbage or run.evidence.dead_letters:
        findings.append(
            Finding(
                "unexpected",
                "",
                f"{run.evidence.garbage} undecodable records, {run.evidence.dead_letters} dead letters",
            )
        )
    return findings


def check_filing(case: Case) -> list[Finding]:
    """One accepted submission is one ComplaintFiled with the number in the citizen's answer."""
    filed = case.of(ComplaintFiled)
    findings = exactly_one(case.accepted.case_id, "ComplaintFiled", filed)
    for seen in filed:
        data = seen.envelope.data
        assert isinstance(data, ComplaintFiled)
        if (data.tracking_number, data.service_code) != (case.accepted.tracking_number, case.intent.service_code):
            findings.append(Finding("untrue", data.case_id, f"filed as {data.service_code} {data.tracking_number}"))
    return findings


def check_order(case: Case) -> list[Finding]:
    """Intake's own events of a case come first in the order 1, 2, 3, without a gap."""
    numbers = [seen.envelope.data.case_seq for seen in case.events if hasattr(seen.envelope.data, "case_seq")]
    if numbers == list(range(1, len(numbers) + 1)):
        return []
    return [Finding("out-of-order", case.accepted.case_id, f"case_seq in the log: {numbers}")]


def check_assignments(case: Case) -> list[Finding]:
    """The filing and each transfer have one assignment."""
    by_number = Counter(
        seen.envelope.data.assignment_no for seen in case.events if isinstance(seen.envelope.data, AssignedToStation)
    )
    owed = [1] + [
        event.assignment_no
        for seen in case.of(TransferRequested)
        if isinstance(event := seen.envelope.data, TransferRequested)
    ]
    case_id = case.accepted.case_id
    findings = [Finding("missing", case_id, f"assignment {number}") for number in owed if not by_number[number]]
    return findings + [
        Finding("doubled" if number in owed else "unexpected", case_id, f"assignment {number}: {count} different ones")
        for number, count in by_number.items()
        if count > 1 or number not in owed
    ]


def _shared_cases(run: Run) -> Iterator[Finding]:
    owners = Counter(accepted.case_id for accepted in run.accepted.values())
    for case_id, count in owners.items():
        if count > 1:
            yield Finding("missing", case_id, f"{count} submissions were answered with one case")
