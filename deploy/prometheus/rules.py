"""Recording and alerting rules, as data: rules.yaml and the cluster's PrometheusRule are written from here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from deploy.prometheus.alerts import ALERTS, Alert
from deploy.prometheus.expressions import WINDOWS, gained, grown, or_zero
from deploy.prometheus.places import district_places
from deploy.prometheus.promises import PROMISES


@dataclass(frozen=True, slots=True)
class Recording:
    record: str
    expr: str
    labels: dict[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        return {"record": self.record, "expr": self.expr} | ({"labels": self.labels} if self.labels else {})


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    interval: str
    rules: tuple[Recording | Alert, ...]

    def document(self) -> dict[str, Any]:
        return {"name": self.name, "interval": self.interval, "rules": [rule.document() for rule in self.rules]}


def groups() -> tuple[Group, ...]:
    """In the order in which each builds on the ones before."""
    return (
        Group("janseva-growth", "1m", GROWTH),
        *(Group(f"janseva-window-{window}", interval, _window(window)) for window, interval in WINDOWS.items()),
        Group("janseva-alerts", "30s", ALERTS),
    )


def document() -> dict[str, Any]:
    return {"groups": [group.document() for group in groups()]}


# What dashboards add up over a window, as `growth: (counter, labels that are kept)`.
COUNTED: Final[Mapping[str, tuple[str, ...]]] = {
    "submissions": ("janseva_submissions_accepted_total", "service_code", "channel"),
    "submissions_rejected": ("janseva_submissions_rejected_total", "code"),
    "emergencies_handled": ('janseva_events_handled_total{topic="cases.emergency"}', "job"),
    "desk_commands": ('janseva_desk_commands_total{outcome="accepted"}', "command"),
    "assignments": ("janseva_assignments_total", "reason", "provisional"),
    "emergency_phase_seconds_bucket": ("janseva_emergency_phase_seconds_bucket", "phase", "le"),
    "emergency_arrivals": ("janseva_emergency_arrivals_total", "source"),
    "certificates_issued": ("janseva_certificates_issued_total", "kind"),
    "certificates_revoked": ("janseva_certificates_revoked_total", "kind"),
    "certificate_verifications": ("janseva_certificate_verifications_total", "result"),
}
PLACE: Final = ("district", "latitude", "longitude")


def _growth(name: str, counter: str, *labels: str) -> Recording:
    return Recording(f"janseva:{name}:increase1m", f"sum by ({', '.join(labels)}) ({grown(counter)})")


GROWTH = (
    Recording(
        "janseva:sla_met:increase1m",
        f'sum by (clock, district) ({grown("""janseva_sla_clocks_stopped_total{outcome="met"}""")})',
    ),
    # A breach counts when the target passes, not when the clock at last stops: the overdue are in the share too.
    Recording(
        "janseva:sla_missed:increase1m",
        f'sum by (clock, district) ({grown("""janseva_sla_breaches_total{level="0"}""")})',
    ),
    Recording(
        "janseva:sla_escalated:increase1m", f"sum by (clock, district, level) ({grown('janseva_sla_breaches_total')})"
    ),
    Recording(
        "janseva:sla_reconciler_findings:increase1m",
        f"sum by (kind, clock, mended) ({grown('janseva_sla_reconciler_findings_total')})",
    ),
    Recording("janseva:sla_revoked:increase1m", f"sum by (clock) ({grown('janseva_sla_breaches_revoked_total')})"),
    Recording(
        "janseva:sla_elapsed_seconds_bucket:increase1m",
        f"sum by (clock, le) ({grown('janseva_sla_elapsed_seconds_bucket')})",
    ),
    Recording(
        "janseva:sla_breach_lateness_seconds_bucket:increase1m",
        f"sum by (lane, le) ({grown('janseva_sla_breach_lateness_seconds_bucket')})",
    ),
    Recording(
        "janseva:dead_letters:increase1m", f"sum by (job, topic, reason) ({grown('janseva_dead_letters_total')})"
    ),
    Recording("janseva:events_lost:increase1m", f"sum by (job, topic, group) ({grown('janseva_events_lost_total')})"),
    Recording(
        "janseva:notifications:increase1m", f"sum by (channel, outcome) ({grown('janseva_notifications_total')})"
    ),
    *(_growth(name, counter, *labels) for name, (counter, *labels) in COUNTED.items()),
    *(
        Recording("janseva:district_place:info", "vector(1)", dict(zip(PLACE, place, strict=True)))
        for place in district_places()
    ),
    # The share of promises to keep, so that a panel draws its line from the same number as the alert.
    *(
        Recording("janseva:sla_compliance:target", f"vector({promise.kept_share})", {"clock": promise.clock})
        for promise in PROMISES
    ),
)


def _window(window: str) -> tuple[Recording, ...]:
    labels = {"window": window}
    met = gained("janseva:sla_met:increase1m", window, "clock, district")
    missed = gained("janseva:sla_missed:increase1m", window, "clock, district")
    all_met = f'sum by (clock) (janseva:sla_met:sum{{window="{window}"}})'
    all_missed = f'sum by (clock) (janseva:sla_missed:sum{{window="{window}"}})'
    revoked = or_zero(gained("janseva:sla_revoked:increase1m", window, "clock"), all_missed)
    return (
        Recording("janseva:sla_met:sum", or_zero(met, missed), labels),
        Recording("janseva:sla_missed:sum", or_zero(missed, met), labels),
        Recording(
            "janseva:sla_escalated:sum",
            gained("janseva:sla_escalated:increase1m", window, "clock, district, level"),
            labels,
        ),
        Recording("janseva:sla_decided:sum", f"{all_met} + clamp_min({all_missed} - ({revoked}), 0)", labels),
        Recording(
            "janseva:sla_compliance:ratio",
            f'{all_met} / on (clock) (janseva:sla_decided:sum{{window="{window}"}} > 0)',
            labels,
        ),
        Recording(
            "janseva:sla_elapsed_seconds_bucket:sum",
            gained("janseva:sla_elapsed_seconds_bucket:increase1m", window, "clock, le"),
            labels,
        ),
        Recording(
            "janseva:sla_breach_lateness_seconds_bucket:sum",
            gained("janseva:sla_breach_lateness_seconds_bucket:increase1m", window, "lane, le"),
            labels,
        ),
    )
