"""How a pod is ended, against what the code takes to stop; and how many pods may be away at once."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from deploy.k8s.tools.objects import SERVING, labels_of, of, program_of, selects, spec_of, workloads
from deploy.k8s.tools.schema import Object, name_of
from deploy.k8s.tools.services import PROGRAMS

from chassis.kafka.consumer import REVOKE_GRACE
from chassis.outbox.publisher import STOP_GRACE
from chassis.run import HTTP_GRACE_S, TASK_GRACE

# Requests, background tasks, the outbox, and a batch in hand when its partitions are given back: one after the other.
DRAIN_S = math.ceil(HTTP_GRACE_S + sum(each.total_seconds() for each in (TASK_GRACE, STOP_GRACE, REVOKE_GRACE)))


def lifetime_faults(objects: list[Object]) -> Iterator[str]:
    yield from _graces(objects)
    yield from _budgets(objects)


def _graces(objects: list[Object]) -> Iterator[str]:
    for workload in workloads(objects, *SERVING):
        if program_of(workload) not in PROGRAMS:
            continue
        pod = spec_of(workload)
        for container in pod["containers"]:
            pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
            needed, given = pause + DRAIN_S, pod.get("terminationGracePeriodSeconds", 30)
            if given < needed:
                yield f"{name_of(workload)}: is killed after {given} s; preStop and the program's stop take {needed}"


def _budgets(objects: list[Object]) -> Iterator[str]:
    """A budget lets a node be drained, and leaves somebody who answers."""
    least = {
        scaler["spec"]["scaleTargetRef"]["name"]: scaler["spec"].get("minReplicas", 1)
        for scaler in of(objects, "HorizontalPodAutoscaler")
    }
    for budget in of(objects, "PodDisruptionBudget"):
        for workload in workloads(objects, *SERVING):
            if not selects(budget["spec"]["selector"], labels_of(workload)):
                continue
            count = workload["spec"].get("replicas", least.get(workload["metadata"]["name"], 1))
            away = _away(budget["spec"], count)
            if away < 1:
                yield f"{name_of(budget)}: lets none of {count} be away, so that no node can be drained"
            elif count > 1 and away >= count:
                yield f"{name_of(budget)}: lets all {count} be away at once"


def _away(budget: Mapping[str, Any], count: int) -> int:
    if "maxUnavailable" in budget:
        return _number(budget["maxUnavailable"], count)
    return count - _number(budget.get("minAvailable", 0), count)


def _number(value: int | str, count: int) -> int:
    """A share is rounded up, as Kubernetes does."""
    return value if isinstance(value, int) else math.ceil(int(value.rstrip("%")) * count / 100)
