"""Verifications and papers: what is owed, what was issued, and what those who check a paper were answered."""

from deploy.grafana.boards.shares import of_clocks, or_nothing, over_window
from deploy.grafana.model import Board, Panel, Query, Row
from deploy.prometheus.expressions import quantile

CLOCKS = ("certificate", "verification", "passport_verification")

PAPERS = Board(
    "papers",
    (
        Row(
            "papers",
            (
                of_clocks("open", CLOCKS),
                of_clocks("overdue", CLOCKS, metric="overdue"),
                Panel(
                    "revoked",
                    "stat",
                    "short",
                    (Query(or_nothing(over_window("janseva:certificates_revoked:increase1m")), "revoked"),),
                    height=6,
                ),
                Panel(
                    "issued",
                    "table",
                    "short",
                    (Query(f"{over_window('janseva:certificates_issued:increase1m', 'kind')} > 0", instant=True),),
                ),
                Panel(
                    "checked",
                    "bargauge",
                    "short",
                    (
                        Query(
                            over_window("janseva:certificate_verifications:increase1m", "result"),
                            "{{result}}",
                            may_be_empty=True,
                        ),
                    ),
                ),
                Panel(
                    "render",
                    "timeseries",
                    "s",
                    (
                        Query(
                            quantile(0.99, "rate(janseva_certificate_render_seconds_bucket[$__rate_interval])"), "p99"
                        ),
                    ),
                ),
            ),
        ),
    ),
)
