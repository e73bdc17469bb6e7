"""The operator's commands of the SLA monitor."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from chassis.command_line import command_app, examples

app = command_app("The SLA monitor: its workers, its ledger, and what an operator asks of both.")
policies = command_app("The promised times: a file of dated editions.")
app.add_typer(policies, name="policies")
# A worker that ended stays a member until its session is over, which is 30 s at most.
WAIT_S: Final = 40.0


class LaneOption(StrEnum):
    EMERGENCY = "emergency"
    ROUTINE = "routine"


Lane = Annotated[LaneOption, typer.Option(help="Whose workers.")]


@app.command()
def worker(lane: Lane) -> int:
    """Run a worker of one lane until SIGTERM: it keeps the clocks, warns and emits breaches."""
    from sla_monitor.__main__ import work

    return work(lane.value)


@app.command()
def ledger() -> int:
    """Keep the ledger, reconcile and answer for reports until SIGTERM."""
    from sla_monitor.ledger.app import serve

    return serve()


@app.command(epilog=examples("janseva audit", "janseva audit --log-only", "janseva audit --json --grace 60"))
def audit(
    bootstrap: Annotated[str | None, typer.Option(help="Kafka.", show_default="KAFKA_BOOTSTRAP")] = None,
    mongo: Annotated[str | None, typer.Option(help="MongoDB.", show_default="MONGO_URI")] = None,
    database: Annotated[
        str | None, typer.Option(help="The ledger's database.", show_default="MONGO_DATABASE or janseva_sla")
    ] = None,
    policies_file: Annotated[
        str | None, typer.Option("--policies", help="The policy file.", show_default="POLICIES_FILE or the shipped one")
    ] = None,
    topic_prefix: Annotated[
        str | None, typer.Option(help="Of a suite that shares its Kafka.", show_default="TOPIC_PREFIX")
    ] = None,
    grace: Annotated[float, typer.Option(help="Seconds that a worker may take to emit a breach.")] = 15.0,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the ledger to have read all.")] = 30.0,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document instead of the table.")] = False,
    log_only: Annotated[bool, typer.Option("--log-only", help="Judge the log alone, leave the ledger aside.")] = False,
) -> int:
    """Hold the log, the ledger and the breaches against each other: what was missed, doubled, untrue or late.

    Status 1 if anything but lateness was found.
    """
    from sla_monitor.commands.audit import AuditOptions, main

    given = {
        "kafka_bootstrap": bootstrap,
        "mongo_uri": mongo,
        "mongo_database": database,
        "policies_file": policies_file,
        "topic_prefix": topic_prefix,
    }
    return main(given, AuditOptions(grace=grace, wait=wait, log_only=log_only), as_document=json)


@app.command(
    epilog=examples(
        "janseva lost-events --lane routine",
        'janseva lost-events --lane routine --accept --by "HQ" --why "Kafka\'s disk was lost"',
    )
)
def lost_events(
    context: typer.Context,
    lane: Lane,
    by: Annotated[str | None, typer.Option(help="Who decides this, for the record.")] = None,
    why: Annotated[str | None, typer.Option(help="The reason, for the record.")] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the sessions of ended workers.")] = WAIT_S,
    *,
    accept: Annotated[
        bool, typer.Option("--accept", help="Let the lane's workers go on from the log's beginning.")
    ] = False,
    history: Annotated[bool, typer.Option("--history", help="Show what was decided before, and nothing else.")] = False,
) -> int:
    """Events that Kafka deleted before a lane's workers had read them; workers refuse to go on behind such a gap.

    Status 1 while events are lost, 0 when none are.
    """
    from sla_monitor.commands.lost_events import Approval, main

    if accept and not (by and why):
        context.fail("--accept needs --by and --why: the decision is recorded with them")
    approval = Approval(by, why) if accept and by and why else None
    return main(lane.value, approval, wait_s=wait, history=history)


@policies.command(epilog=examples("janseva policies check", "janseva policies check new.yaml --against in-use.yaml"))
def check(
    file: Annotated[
        Path | None, typer.Argument(help="A policy file or a folder of editions.", show_default="the shipped file")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="The file in use: its editions must stand unchanged in the new one.")
    ] = None,
) -> int:
    """Check a policy file and print its promises. Status 1, and one line for each fault, if it can't be used."""
    from sla_monitor.commands.policies import check as checked

    return checked(file, against)
