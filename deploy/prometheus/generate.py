"""Writes rules.yaml, and the same rules as a PrometheusRule for the cluster.

python deploy/prometheus/generate.py [--check]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.k8s.tools.generated import ROOT, as_yaml, main
from deploy.prometheus.rules import document


def files() -> dict[Path, str]:
    rules = document()
    resource = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "janseva", "namespace": "janseva"},
        "spec": rules,
    }
    return {
        ROOT / "deploy/prometheus/rules.yaml": as_yaml(rules, source="deploy/prometheus/generate.py"),
        ROOT / "deploy/k8s/components/monitoring/prometheus-rule.yaml": as_yaml(
            resource, source="deploy/prometheus/generate.py"
        ),
    }


if __name__ == "__main__":
    sys.exit(main(files(), sys.argv[1:]))
