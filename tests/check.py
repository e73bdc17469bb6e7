"""Run every target of budgets.toml through make, show what each took beside its budget, end at the first failure."""

import subprocess
import sys
import time
import tomllib
from pathlib import Path

BUDGETS = Path(__file__).with_name("budgets.toml")


def main() -> int:
    minutes: dict[str, int] = tomllib.loads(BUDGETS.read_text())["minutes"]
    rows: list[str] = []
    status = 0
    for target, budget in minutes.items():
        sys.stdout.write(f"== make {target} (budget {budget} min)\n")
        sys.stdout.flush()
        began = time.monotonic()
        status = subprocess.run(["make", target], check=False).returncode
        took = (time.monotonic() - began) / 60
        verdict = "failed" if status else "over its budget" if took > budget else "ok"
        rows.append(f"{target:<12}{took:>8.1f}{budget:>8}  {verdict}")
        if status:
            break
    sys.stdout.write("\n".join((f"\n{'target':<12}{'minutes':>8}{'budget':>8}", *rows)) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
