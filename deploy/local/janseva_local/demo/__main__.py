"""`python -m janseva_local.demo`: see --help."""

import argparse
import asyncio
import sys

from janseva_local.demo import plant
from janseva_local.demo.plan import MOST_CITIZENS
from janseva_local.demo.run import Options, run_demo
from janseva_local.folder import DataFolder


def main(arguments: list[str] | None = None) -> int:
    usual = Options()
    parser = argparse.ArgumentParser(prog="make demo", description="Citizens and officers against the running suite.")
    parser.add_argument("--citizens", type=int, default=usual.citizens, help="how many file (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=usual.seed, help="another seed is another day")
    parser.add_argument("--over", type=float, default=usual.over_s, help="seconds over which they come")
    parser.add_argument("--plant", choices=plant.NAMES, help="plant a fault: the demo must then exit with 1")
    parser.add_argument("--kill", action="store_true", help="kill each service with -9 while citizens file")
    parser.add_argument(
        "--patience", type=float, default=usual.patience_s, help="seconds to wait for what is on its way"
    )
    parser.add_argument(
        "--late",
        type=float,
        default=usual.late_s,
        help="seconds after its due time by which a breach is emitted",
    )
    parsed = parser.parse_args(arguments)
    if not 1 <= parsed.citizens <= MOST_CITIZENS:
        parser.error(f"--citizens must be 1 to {MOST_CITIZENS}")
    options = Options(
        citizens=parsed.citizens,
        seed=parsed.seed,
        over_s=parsed.over,
        plant=parsed.plant,
        kill=parsed.kill,
        patience_s=parsed.patience,
        late_s=parsed.late,
    )
    return asyncio.run(run_demo(DataFolder.from_environment(), options))


if __name__ == "__main__":
    sys.exit(main())
