"""Writes the dashboards' JSON.

python deploy/grafana/generate.py [--check]
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.grafana.sla_dashboard import dashboard
from deploy.k8s.tools.generated import ROOT, main


def files() -> dict[Path, str]:
    made = dashboard()
    text = json.dumps(made.document(), indent=2, ensure_ascii=False) + "\n"
    return {ROOT / "deploy/grafana/dashboards" / f"{made.uid}.json": text}


if __name__ == "__main__":
    sys.exit(main(files(), sys.argv[1:]))
