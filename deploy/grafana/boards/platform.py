"""The suite itself: what runs, what waits, what was put aside."""

from deploy.grafana.boards.shares import over_window
from deploy.grafana.boards.trust import TICK_AGE, WATERMARK_AGE
from deploy.grafana.model import NONE_IS_GOOD, Board, Panel, Query, Row, Step
from deploy.prometheus.expressions import quantile

PLATFORM = Board(
    "platform",
    (
        Row(
            "trust",
            (
                Panel(
                    "tick_age",
                    "timeseries",
                    "s",
                    (Query(f"max by (lane) ({TICK_AGE})", "{{lane}}"),),
                ),
                Panel(
                    "watermarks",
                    "timeseries",
                    "s",
                    (Query(f"max by (topic) ({WATERMARK_AGE})", "{{topic}}"),),
                ),
                Panel(
                    "undecided",
                    "timeseries",
                    "short",
                    (Query("max by (topic) (janseva_sla_reconciler_undecided)", "{{topic}}"),),
                ),
            ),
        ),
        Row(
            "events",
            (
                Panel(
                    "lag",
                    "timeseries",
                    "short",
                    (Query("sum by (job, topic) (janseva_consumer_lag)", "{{job}} {{topic}}"),),
                ),
                Panel(
                    "event_age",
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
                    "outbox",
                    "timeseries",
                    "s",
                    # Each copy of a service looks at the same documents.
                    (Query("max by (job) (janseva_outbox_oldest_seconds)", "{{job}}"),),
                ),
                Panel(
                    "dead_letters",
                    "stat",
                    "short",
                    (
                        Query(
                            "sum by (job, reason) (sum_over_time(janseva:dead_letters:increase1m[1d:1m]))",
                            "{{job}} {{reason}}",
                            may_be_empty=True,
                        ),
                    ),
                    steps=NONE_IS_GOOD,
                ),
                Panel(
                    "partitions",
                    "timeseries",
                    "short",
                    (Query("sum by (lane) (janseva_sla_owned_partitions)", "{{lane}}"),),
                ),
                Panel(
                    "recovery",
                    "stat",
                    "s",
                    (Query("max by (lane) (janseva_sla_recovery_seconds)", "{{lane}}"),),
                ),
            ),
        ),
        Row(
            "services",
            (
                Panel(
                    "up",
                    "stat",
                    "short",
                    (Query("sum by (job) (up)", "{{job}}"),),
                    steps=(Step(None, "red"), Step(1, "green")),
                ),
                Panel(
                    "requests",
                    "timeseries",
                    "reqps",
                    (Query("sum by (job) (rate(janseva_http_request_seconds_count[$__rate_interval]))", "{{job}}"),),
                ),
                Panel(
                    "slow",
                    "timeseries",
                    "s",
                    (
                        Query(
                            quantile(0.99, "rate(janseva_http_request_seconds_bucket[$__rate_interval])", "job"),
                            "p99 {{job}}",
                        ),
                    ),
                ),
                Panel(
                    "refused",
                    "table",
                    "short",
                    (
                        Query(
                            f"{over_window('janseva:submissions_rejected:increase1m', 'code')} > 0",
                            instant=True,
                            may_be_empty=True,
                        ),
                    ),
                ),
                Panel(
                    "routed",
                    "table",
                    "short",
                    (
                        Query(
                            f"{over_window('janseva:assignments:increase1m', 'reason, provisional')} > 0", instant=True
                        ),
                    ),
                ),
                Panel(
                    "officer_keys",
                    "timeseries",
                    "s",
                    (Query("max by (job) (janseva_officer_keys_age_seconds)", "{{job}}"),),
                ),
            ),
        ),
    ),
)
