"""The alerts. Each names what is broken for whom, and a runbook that says what to do."""

from dataclasses import dataclass
from typing import Any, Literal

from deploy.prometheus.expressions import quantile
from deploy.prometheus.promises import ENOUGH_CLOCKS

RUNBOOKS = "docs/runbooks"
# Where the pages are read is a setting of each Prometheus: its external label `runbooks`.
RUNBOOK_URL = "{{ $externalLabels.runbooks }}"


@dataclass(frozen=True, slots=True)
class Alert:
    name: str
    expr: str
    wait: str
    severity: Literal["page", "ticket"]
    summary: str
    description: str

    @property
    def runbook(self) -> str:
        return f"{RUNBOOKS}/{self.name}.md"

    def document(self) -> dict[str, Any]:
        return {
            "alert": self.name,
            "expr": self.expr,
            "for": self.wait,
            "labels": {"severity": self.severity},
            "annotations": {
                "summary": self.summary,
                "description": self.description,
                "runbook_url": f"{RUNBOOK_URL}/{self.name}.md",
            },
        }


# What reads the topic of emergencies.
READERS = "routing|sla-monitor|sla-ledger|notifier"
PROGRAMS = "intake|routing|sla-monitor|sla-ledger|notifier|certificate"
# Of the report: so old a watermark may get before somebody asks why. A restart takes less.
WATERMARK_LIMIT_S = 120
LEDGER_UP = 'up{job="sla-ledger"} == 1'


def _of_any_topic(processes: str) -> str:
    """For an alert by topic: something that is wrong with a process as a whole."""
    return f'label_replace(max by (job) ({processes}), "topic", "any topic", "", "")'


ALERTS = (
    Alert(
        "JansevaServiceDown",
        f'sum by (job) (up{{job=~"{PROGRAMS}"}}) == 0',
        "1m",
        "page",
        "No process of {{ $labels.job }} answers",
        "Prometheus has reached no process of {{ $labels.job }} for a minute."
        " Filed cases are kept; what the service does with them waits.",
    ),
    Alert(
        "JansevaIntakeErrors",
        'sum(rate(janseva_http_request_seconds_count{job="intake",status=~"5.."}[5m]))'
        ' / sum(rate(janseva_http_request_seconds_count{job="intake"}[5m])) > 0.01',
        "2m",
        "page",
        "Intake refuses {{ $value | humanizePercentage }} of its requests",
        "More than one request in a hundred ends in a server error: citizens are told to call 112 or to come back.",
    ),
    Alert(
        "JansevaOfficerKeysOld",
        "max by (job) (janseva_officer_keys_age_seconds) > 300 or min by (job) (janseva_officer_keys_age_seconds) < 0",
        "2m",
        "page",
        "{{ $labels.job }} cannot fetch the keys of the officers' issuer",
        "The issuer's last keys hold for an hour (OFFICER_KEYS_HOLD); after it every officer gets 503 here."
        " A key that was taken back meanwhile still opens.",
    ),
    Alert(
        "JansevaServiceGone",
        " or ".join(f'absent(up{{job="{program}"}})' for program in PROGRAMS.split("|")),
        "2m",
        "page",
        "Prometheus knows of no process of {{ $labels.job }}",
        "Not one is to be found any more, answering or not: it was scaled to nothing, deleted, or lost its label."
        " Filed cases are kept; what the service does with them waits.",
    ),
    Alert(
        "JansevaEmergenciesUnhandled",
        f'max by (job) (up{{job=~"{READERS}"}}) == 1'
        " unless on (job) sum by (job) (sum_over_time(janseva:emergencies_handled:increase1m[5m:1m])) > 0"
        ' and on () sum(sum_over_time(janseva:submissions:increase1m{service_code="emergency-112"}[5m:1m])) > 0',
        "1m",
        "page",
        "{{ $labels.job }} answers, and handles no emergency while people call",
        "Emergencies were filed in the last five minutes and {{ $labels.job }} has handled no event of them. Its"
        " process runs, so nothing restarts it.",
    ),
    Alert(
        "JansevaOutboxStuck",
        "max by (job) (janseva_outbox_oldest_seconds) > 10",
        "1m",
        "page",
        "Accepted cases of {{ $labels.job }} do not reach Kafka",
        "The oldest event has waited in the outbox for {{ $value | humanizeDuration }}."
        " Nothing is lost, but no station hears of these cases.",
    ),
    Alert(
        "JansevaAuditHeadsWait",
        "max by (job) (janseva_audit_outbox_oldest_seconds) > 300",
        "5m",
        "ticket",
        "A head of the audit trail of {{ $labels.job }} has waited {{ $value | humanizeDuration }} for Kafka",
        "Until a trail's head is in Kafka, who can write the database can cut off the trail's end unseen. Nothing is"
        " lost: the heads wait in the outbox.",
    ),
    Alert(
        "JansevaBreakGlassUnreviewed",
        "max by (job) (janseva_break_glass_reviews_overdue) > 0",
        "5m",
        "ticket",
        "{{ $value }} openings of sealed cases were reviewed by no superior in time",
        "Officers opened sealed cases that are not in their charge, and nobody has looked at why within three days.",
    ),
    Alert(
        "JansevaEmergencyEventsOld",
        quantile(0.99, 'rate(janseva_event_age_seconds_bucket{topic="cases.emergency",job!="sla-ledger"}[5m])', "job")
        + " > 10",
        "2m",
        "page",
        "{{ $labels.job }} handles emergencies {{ $value | humanizeDuration }} late",
        "One emergency event in a hundred is older than 10 s when {{ $labels.job }} has handled it.",
    ),
    Alert(
        "JansevaConsumerLag",
        "sum by (job, topic) (janseva_consumer_lag) > 1000"
        " and sum by (job, topic) (delta(janseva_consumer_lag[10m])) > 0",
        "10m",
        "ticket",
        "{{ $labels.job }} falls behind on {{ $labels.topic }}",
        "{{ $value }} events wait and the number has grown for ten minutes.",
    ),
    Alert(
        "JansevaDeadLetters",
        "sum by (job, topic, reason) (sum_over_time(janseva:dead_letters:increase1m[15m:1m])) > 0",
        "0m",
        "ticket",
        "{{ $labels.job }} put events of {{ $labels.topic }} aside ({{ $labels.reason }})",
        "{{ $value }} events went to the dead letters in 15 minutes. What they ask for has not been done."
        " janseva dead-letters lists them and sends them again.",
    ),
    Alert(
        "JansevaEventsLost",
        "sum by (job, topic, group) (sum_over_time(janseva:events_lost:increase1m[1h:1m])) > 0",
        "0m",
        "page",
        "Kafka deleted events of {{ $labels.topic }} that {{ $labels.group }} had not read",
        "{{ $labels.job }} goes on behind {{ $value }} events that are gone: what they ask of it is not done"
        " unless somebody sees to it.",
    ),
    Alert(
        "JansevaSlaTickStale",
        "max by (lane) (janseva_sla_tick_age_seconds) > 15",
        "1m",
        "page",
        "Deadlines of the {{ $labels.lane }} lane are not being looked at",
        "A deadline passed {{ $value | humanizeDuration }} ago and nobody has looked at it:"
        " breaches of its partition stay unseen until somebody does.",
    ),
    Alert(
        "JansevaSlaReconcilerFindings",
        "sum by (kind, clock) (sum_over_time(janseva:sla_reconciler_findings:increase1m[15m:1m])) > 0",
        "0m",
        "page",
        "The ledger found {{ $value }} {{ $labels.kind }} breaches of the clock {{ $labels.clock }}",
        "The SLA workers left what they should not have: a deadline that passed unsaid (missed), a breach that is none"
        " (untrue), one told twice (doubled). The reconciler has said what can be said; why it had to is open.",
    ),
    Alert(
        "JansevaSlaLedgerBehind",
        f"max by (topic) (janseva_sla_ledger_watermark_age_seconds) > {WATERMARK_LIMIT_S}"
        f" or {_of_any_topic(f'{LEDGER_UP} unless on (instance) janseva_sla_ledger_watermark_age_seconds')}",
        "5m",
        "ticket",
        "The SLA ledger does not keep up with {{ $labels.topic }}",
        "Reports are as of a time too long ago, or there are none yet: the ledger has not written all events of a"
        " partition.",
    ),
    Alert(
        "JansevaSlaReconcilerBlind",
        "max by (topic) (janseva_sla_reconciler_undecided) > 0 or "
        + _of_any_topic(
            f'{LEDGER_UP} unless on (instance) increase(janseva_sla_reconciler_passes_total{{outcome="done"}}[5m]) > 0'
        ),
        "5m",
        "ticket",
        "The ledger can't check the SLA workers on {{ $labels.topic }}",
        "Clocks are long overdue and the ledger can't tell whether they were stopped, or its reconciler does not run."
        " If the workers fail now, only their own alerts say so.",
    ),
    Alert(
        "JansevaSlaAuditNotClean",
        'time() - max by (cronjob) (kube_cronjob_status_last_successful_time{namespace="janseva", cronjob="sla-audit"}'
        ' or kube_cronjob_created{namespace="janseva", cronjob="sla-audit"}) > 28 * 3600',
        "0m",
        "ticket",
        "The nightly SLA audit has not come out clean for {{ $value | humanizeDuration }}",
        "It found a missed, doubled or untrue breach or a disagreement with the ledger, or it could not run to the"
        " end.",
    ),
    Alert(
        "JansevaSlaPartitionsUnowned",
        # A lane without any worker has no series of its own any more: it owns nothing.
        "(sum by (lane) (janseva_sla_owned_partitions)"
        " or 0 * max_over_time(sum by (lane) (janseva_sla_owned_partitions)[1d:1m]))"
        " < max_over_time(sum by (lane) (janseva_sla_owned_partitions)[1d:1m])",
        "2m",
        "page",
        "Some partitions of the {{ $labels.lane }} lane have no SLA worker",
        "{{ $value }} partitions are owned, fewer than at the best of the last day."
        " Clocks on the others stand unwatched.",
    ),
    Alert(
        "JansevaBreachesLate",
        quantile(0.99, 'janseva:sla_breach_lateness_seconds_bucket:sum{window="1h"}', "lane") + " > 13",
        "5m",
        "page",
        "Breaches of the {{ $labels.lane }} lane are reported {{ $value | humanizeDuration }} late",
        "One breach in a hundred of the last hour was reported more than 13 s after its deadline.",
    ),
    Alert(
        "JansevaSlaSendErrors",
        "sum by (lane) (increase(janseva_sla_send_errors_total[10m])) > 0",
        "0m",
        "ticket",
        "The SLA worker of the {{ $labels.lane }} lane could not write to Kafka",
        "Each failed write ends the worker before it commits; the events are handled again after its restart.",
    ),
    Alert(
        "JansevaPromiseBroken",
        f'janseva:sla_compliance:ratio{{window="7d"}} < on (clock) janseva:sla_compliance:target'
        f' and on (clock) janseva:sla_decided:sum{{window="7d"}} >= {ENOUGH_CLOCKS}',
        "30m",
        "ticket",
        "Only {{ $value | humanizePercentage }} of the {{ $labels.clock }} clocks were kept in 7 days",
        "The share of kept promises over 7 days is below its target. The dashboard shows which districts pull it down.",
    ),
    Alert(
        "JansevaNotificationsFailing",
        'sum(sum_over_time(janseva:notifications:increase1m{outcome="failed"}[30m:1m]))'
        ' / sum(sum_over_time(janseva:notifications:increase1m{outcome=~"accepted|failed"}[30m:1m])) > 0.1'
        ' and sum(sum_over_time(janseva:notifications:increase1m{outcome=~"accepted|failed"}[30m:1m]))'
        f" >= {ENOUGH_CLOCKS}",
        "5m",
        "page",
        "{{ $value | humanizePercentage }} of the messages fail",
        "More than one message in ten of the last 30 minutes could not be handed to its provider.",
    ),
    Alert(
        "JansevaNotificationsSlow",
        quantile(0.9, "rate(janseva_notification_seconds_bucket[10m])") + " > 60",
        "10m",
        "ticket",
        "Messages need {{ $value | humanizeDuration }} to leave",
        "One message in ten reaches its provider more than a minute after the event it tells of.",
    ),
    Alert(
        "JansevaDigestsStuck",
        "max(janseva_digest_oldest_seconds) > 1800",
        "5m",
        "ticket",
        "A message to an office has waited {{ $value | humanizeDuration }} for its digest",
        "Messages to an office in a storm are held for a digest every ten minutes; one has waited for half an hour.",
    ),
    Alert(
        "JansevaAssignmentSlow",
        quantile(0.99, "rate(janseva_assignment_seconds_bucket[10m])") + " > 3",
        "5m",
        "page",
        "Cases wait {{ $value | humanizeDuration }} for their station",
        "One case in a hundred is assigned to a station more than 3 s after it was filed.",
    ),
    Alert(
        "JansevaBoundaryVersionUnusable",
        "sum by (job) (janseva_boundary_version_unusable) > 0",
        "5m",
        "ticket",
        "{{ $value }} processes of {{ $labels.job }} can't use the stations and boundaries that were put in force",
        "The version before still decides, so cases go to stations of yesterday. A process of {{ $labels.job }} that"
        " starts now ends at once.",
    ),
)
