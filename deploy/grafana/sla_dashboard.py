"""The SLA dashboard: are the three promises kept, where not, and can the figures be believed right now."""

from typing import Any

from deploy.grafana.panels import DATASOURCE, Dashboard, Panel, Query, Row, Step
from deploy.grafana.trust_rows import LEDGER_ROW, TICK_AGE, TRUST_ROW
from deploy.prometheus.expressions import WINDOWS, quantile
from deploy.prometheus.promises import PROMISES

IN_WINDOW = 'window="$window"'
HERE = 'district=~"$district"'
TARGET = min(promise.kept_share for promise in PROMISES)
KEPT = (Step(None, "red"), Step(TARGET - 0.05, "orange"), Step(TARGET, "green"))


def dashboard() -> Dashboard:
    return Dashboard(
        uid="janseva-sla",
        title="Janseva: the three promises",
        description="; ".join(f"{promise.title}: {promise.target}" for promise in PROMISES)
        + ". Trends from Prometheus; the events of the case topics are what an audit counts.",
        variables=VARIABLES,
        annotations=(ALERT_MARKS,),
        rows=(PROMISES_ROW, DISTRICTS_ROW, TIMES_ROW, LEDGER_ROW, TRUST_ROW),
    )


def _share(by: str) -> str:
    met = f"sum by ({by}) (janseva:sla_met:sum{{{IN_WINDOW}, {HERE}}})"
    missed = f"sum by ({by}) (janseva:sla_missed:sum{{{IN_WINDOW}, {HERE}}})"
    return f"{met} / (({met} + {missed}) > 0)"


def _variable(name: str, label: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "label": label, "type": kind, "hide": 0} | more


VARIABLES = (
    _variable("datasource", "Prometheus", "datasource", query="prometheus"),
    _variable(
        "window",
        "Over the last",
        "custom",
        query=",".join(WINDOWS),
        options=[{"text": w, "value": w, "selected": w == "1d"} for w in WINDOWS],
        current={"text": "1d", "value": "1d"},
    ),
    _variable(
        "district",
        "District",
        "query",
        datasource=DATASOURCE,
        query={"query": "label_values(janseva_sla_clocks_open, district)", "refId": "district"},
        refresh=2,
        sort=1,
        multi=True,
        includeAll=True,
        allValue=".*",
        current={"text": "All", "value": "$__all"},
    ),
)

ALERT_MARKS = {
    "name": "Alerts",
    "datasource": DATASOURCE,
    "enable": True,
    "iconColor": "red",
    "expr": 'ALERTS{alertname=~"Janseva.*", alertstate="firing"}',
    "titleFormat": "{{alertname}}",
}

PROMISES_ROW = Row(
    "The promises",
    (
        Panel(
            "Figures as of",
            "The moment up to which the workers have looked at all deadlines. Older than a minute: see the last row.",
            "stat",
            "dateTimeAsIso",
            (Query(f"min(timestamp(janseva_sla_heap_entries) - ({TICK_AGE})) * 1000", "as of"),),
            width=6,
            height=5,
        ),
        Panel(
            "Kept promises",
            "Clocks met, as a share of clocks decided in the window and the districts chosen. A clock is missed when"
            " its target passes, so the overdue are in. Cancelled clocks are neither; revoked breaches count.",
            "stat",
            "percentunit",
            (Query(_share("clock"), "{{clock}}"),),
            width=12,
            height=5,
            steps=KEPT,
            top=1,
        ),
        Panel(
            "Decided clocks",
            "How many clocks the shares rest on (the whole state). A share of few clocks says little.",
            "stat",
            "short",
            (Query(f"janseva:sla_decided:sum{{{IN_WINDOW}}}", "{{clock}}"),),
            width=6,
            height=5,
        ),
        Panel(
            "Kept promises over time",
            "The whole state, revoked breaches taken out; the dashed line is the share to keep.",
            "timeseries",
            "percentunit",
            (
                Query(f"janseva:sla_compliance:ratio{{{IN_WINDOW}}}", "{{clock}}"),
                Query("janseva:sla_compliance:target", "to keep: {{clock}}", dashed=True),
            ),
            width=12,
            top=1,
        ),
        Panel(
            "Open and overdue clocks",
            "Running or paused clocks, and those of them whose target has passed.",
            "timeseries",
            "short",
            (
                Query(f"sum by (clock) (janseva_sla_clocks_open{{{HERE}}})", "open: {{clock}}"),
                Query(f"sum by (clock) (janseva_sla_clocks_overdue{{{HERE}}})", "overdue: {{clock}}"),
            ),
            width=12,
        ),
    ),
)

DISTRICTS_ROW = Row(
    "Where",
    (
        Panel(
            "Kept promises by district",
            "The worst first. Few clocks make large steps: read it beside the counts.",
            "bargauge",
            "percentunit",
            (Query(f"sort({_share('district')})", "{{district}}", instant=True),),
            width=8,
            height=12,
            steps=KEPT,
            top=1,
        ),
        Panel(
            "Breaches by district and level",
            "Level 0: the target has passed. 1 and more: raised to the next post because nothing happened.",
            "table",
            "short",
            (
                Query(
                    f"sum by (clock, district, level) (janseva:sla_escalated:sum{{{IN_WINDOW}, {HERE}}}) > 0",
                    instant=True,
                ),
            ),
            width=8,
            height=12,
        ),
        Panel(
            "Overdue now by district",
            "Clocks that are open and past their target at this moment.",
            "table",
            "short",
            (Query(f"sum by (clock, district) (janseva_sla_clocks_overdue{{{HERE}}})", instant=True),),
            width=8,
            height=12,
        ),
    ),
)

ELAPSED = f"janseva:sla_elapsed_seconds_bucket:sum{{{IN_WINDOW}}}"
LATENESS = f"janseva:sla_breach_lateness_seconds_bucket:sum{{{IN_WINDOW}}}"

TIMES_ROW = Row(
    "How long",
    (
        Panel(
            "Time until a clock stops: half of them",
            "The median over the window, whole state, between the histogram's bounds (50, 80, 100, 150 % of targets).",
            "timeseries",
            "s",
            (Query(quantile(0.5, ELAPSED, "clock"), "{{clock}}"),),
        ),
        Panel(
            "Time until a clock stops: nine in ten",
            "The 90th percentile over the window, whole state; dashed: the target.",
            "timeseries",
            "s",
            (
                Query(quantile(0.9, ELAPSED, "clock"), "{{clock}}"),
                Query("max by (clock) (janseva_sla_target_seconds)", "target: {{clock}}", dashed=True),
            ),
        ),
        Panel(
            "How late a breach is reported",
            "From the deadline to the broker's acknowledgement of SLABreached.",
            "timeseries",
            "s",
            (
                Query(quantile(0.5, LATENESS, "lane"), "half: {{lane}}"),
                Query(quantile(0.99, LATENESS, "lane"), "99 in 100: {{lane}}"),
            ),
        ),
    ),
)
