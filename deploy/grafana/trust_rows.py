"""The rows that say whether the figures can be believed: the ledger beside the workers, and what holds them up."""

from deploy.grafana.panels import Panel, Query, Row, Step
from deploy.prometheus.expressions import quantile

# A partition none of whose deadlines waits has no age: it is up to date.
TICK_AGE = "janseva_sla_tick_age_seconds or janseva_sla_heap_entries * 0"
NONE_IS_GOOD = (Step(None, "green"), Step(1, "red"))
# Each process shows the watermarks that stand in MongoDB; the freshest view of a partition is the true one.
AGE = "janseva_sla_ledger_watermark_age_seconds"
WATERMARK_AGE = f"min by (topic, partition) ({AGE})"
WATERMARK = f"max by (topic, partition) (timestamp({AGE}) - {AGE})"
FOUND = "janseva:sla_reconciler_findings:increase1m"

LEDGER_ROW = Row(
    "The second witness: the ledger",
    (
        Panel(
            "Report as of",
            "The lowest watermark: all that stood in the log by then is in the ledger and its reports. The ledger reads"
            " the case events itself and shares nothing with the workers but the rules.",
            "stat",
            "dateTimeAsIso",
            (Query(f"min({WATERMARK}) * 1000", "as of"),),
            width=6,
            height=7,
        ),
        Panel(
            "Age of the watermarks",
            "By topic, the worst partition. Above two minutes the report is old (JansevaSlaLedgerBehind).",
            "timeseries",
            "s",
            (Query(f"max by (topic) ({WATERMARK_AGE})", "{{topic}}"),),
            width=6,
            height=7,
        ),
        Panel(
            "What the reconciler found",
            "Breaches in the window that the workers missed, told untruly or doubled; mended: the ledger has set it"
            " right. Anything but 0 is a fault of a worker (JansevaSlaReconcilerFindings).",
            "stat",
            "short",
            (
                Query(f"sum(sum_over_time({FOUND}[$window:1m])) or vector(0)", "all"),
                Query(
                    f"sum by (kind, mended) (sum_over_time({FOUND}[$window:1m]))",
                    "{{kind}}, mended: {{mended}}",
                    may_be_empty=True,
                ),
            ),
            width=6,
            height=7,
            steps=NONE_IS_GOOD,
        ),
        Panel(
            "Overdue and undecided",
            "Clocks long past their due time of which the ledger can't yet tell whether they were stopped"
            " (JansevaSlaReconcilerBlind).",
            "timeseries",
            "short",
            (Query("max by (topic) (janseva_sla_reconciler_undecided)", "{{topic}}"),),
            width=6,
            height=7,
        ),
    ),
)

TRUST_ROW = Row(
    "Can the figures be trusted",
    (
        Panel(
            "Deadlines not looked at",
            "By lane, the worst partition: for how long a deadline has been past without anybody looking, whether"
            " ticks are sent or not. Above 15 s breaches stay unseen (JansevaSlaTickStale).",
            "timeseries",
            "s",
            (Query(f"max by (lane) ({TICK_AGE})", "{{lane}}"),),
        ),
        Panel(
            "Events waiting",
            "Not yet handled events by service and topic.",
            "timeseries",
            "short",
            (Query("sum by (job, topic) (janseva_consumer_lag)", "{{job}} {{topic}}"),),
        ),
        Panel(
            "Age of events when handled",
            "99 in 100 events are younger than this when a service has handled them.",
            "timeseries",
            "s",
            (
                Query(
                    quantile(0.99, "rate(janseva_event_age_seconds_bucket[$__rate_interval])", "job, topic"),
                    "{{job}} {{topic}}",
                ),
            ),
        ),
        Panel(
            "Partitions with a worker",
            "Partitions of each lane that an SLA worker owns; 24 in production, 4 on one machine.",
            "timeseries",
            "short",
            (Query("sum by (lane) (janseva_sla_owned_partitions)", "{{lane}}"),),
            width=6,
        ),
        Panel(
            "Accepted but not yet in Kafka",
            "Events waiting in the outbox for longer than a second.",
            "timeseries",
            "short",
            (Query("sum by (job) (janseva_outbox_pending)", "{{job}}"),),
            width=6,
        ),
        Panel(
            "Breaches revoked",
            "A stop in time that arrived late takes its breach back; beside it the breaches never fall.",
            "stat",
            "short",
            (
                Query(
                    "sum(sum_over_time(janseva:sla_revoked:increase1m[$window:1m])) or vector(0)",
                    "revoked",
                ),
            ),
            width=6,
        ),
        Panel(
            "Dead letters of the last day",
            "Events nobody could handle; each asks for a decision (JansevaDeadLetters).",
            "stat",
            "short",
            (
                Query(
                    "sum by (job, reason) (sum_over_time(janseva:dead_letters:increase1m[1d:1m]))",
                    "{{job}} {{reason}}",
                    may_be_empty=True,
                ),
            ),
            width=6,
            steps=NONE_IS_GOOD,
        ),
    ),
)
