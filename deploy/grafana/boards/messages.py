"""Messages: do people hear of their cases, by which channel, and how soon."""

from deploy.grafana.boards.shares import or_nothing, over_window
from deploy.grafana.model import NONE_IS_GOOD, Board, Panel, Query, Row
from deploy.prometheus.expressions import quantile

GROWTH = "janseva:notifications:increase1m"

MESSAGES = Board(
    "messages",
    (
        Row(
            "messages",
            (
                Panel(
                    "outcomes",
                    "table",
                    "short",
                    (Query(f"{over_window(GROWTH, 'channel, outcome')} > 0", instant=True),),
                ),
                Panel(
                    "failed_share",
                    "stat",
                    "percentunit",
                    (
                        Query(
                            "("
                            + or_nothing(over_window(GROWTH + '{outcome="failed"}'))
                            + ") / ("
                            + over_window(GROWTH + '{outcome=~"accepted|failed"}')
                            + " > 0)",
                            "failed",
                        ),
                    ),
                    top=1,
                ),
                Panel(
                    "queue",
                    "timeseries",
                    "short",
                    (Query("sum by (lane) (janseva_notification_queue)", "{{lane}}"),),
                ),
                Panel(
                    "seconds",
                    "timeseries",
                    "s",
                    (
                        Query(
                            quantile(0.9, "rate(janseva_notification_seconds_bucket[$__rate_interval])", "lane"),
                            "p90 {{lane}}",
                        ),
                    ),
                ),
                Panel(
                    "held",
                    "timeseries",
                    "short",
                    (Query("max(janseva_digest_waiting)", "waiting"),),
                ),
                Panel(
                    "over_quota",
                    "stat",
                    "short",
                    (Query("sum by (quota) (janseva_notifications_over_quota_total)", "{{quota}}", may_be_empty=True),),
                    steps=NONE_IS_GOOD,
                ),
            ),
        ),
    ),
)
