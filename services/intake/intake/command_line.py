"""The operator's commands of intake."""

from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import ValidationError

from chassis.command_line import command_app, examples, not_blank, reader
from event_schemas.officers import OfficerRole

SERVICE: Final = "intake"
app = command_app("Intake: the catalogue of services, the outbox, officers' tokens for development.")
services = command_app("The catalogue of services that citizens may ask for.")
app.add_typer(services, name="services")


@app.command()
def serve() -> int:
    """Run the service until SIGTERM, as no command does."""
    from intake.app import serve as run

    return run()


@app.command(
    epilog=examples(
        "janseva token --role sho --station 5117044 --key-file officer.jwk",
        "janseva token --role sp --district PATNA --key-file officer.jwk",
    )
)
def token(
    context: typer.Context,
    role: Annotated[OfficerRole, typer.Option(help="What the officer may do.")],
    key_file: Annotated[Path, typer.Option(help="The private JWK of the local issuer (OFFICER_SIGNING_KEY_FILE).")],
    station: Annotated[str | None, typer.Option(help="The station's code, for sho, io and counter.")] = None,
    district: Annotated[str | None, typer.Option(help="The police district, for sdpo and sp.")] = None,
    post: Annotated[
        str | None, typer.Option(help="The post held.", show_default="the role's, such as SHO:<station>")
    ] = None,
    sub: Annotated[str | None, typer.Option(help="Who the officer is.", show_default="dev-<role>-<place>")] = None,
) -> int:
    """Print a development officer's token, good for 12 hours, and nothing else."""
    from chassis.commands import run_command
    from intake.auth.devtoken import NoKey, officer_of, signed_token

    try:
        officer = officer_of(role, station, district, post=post, sub=sub)
    except ValidationError as error:
        context.fail("; ".join(str(fault["msg"]) for fault in error.errors()))
    except ValueError as error:
        context.fail(str(error))

    def act() -> int:
        typer.echo(signed_token(key_file, officer))
        return 0

    return run_command(SERVICE, act, refusals=(NoKey,))


@app.command(epilog=examples("janseva outbox"))
def outbox() -> int:
    """How many cases hold events that Kafka has not got yet, and for how long. Status 1 if one waits over 10 s."""
    from chassis.commands import run_command
    from chassis.outbox.backlog import show_backlog
    from intake.case.store.mongo import CASES

    return run_command(SERVICE, lambda: show_backlog("janseva_intake", CASES))


@app.command(
    epilog=examples(
        "janseva import-register wanted wanted.csv --by SP:ARARIA --dry-run",
        "janseva import-register recovered-property malkhana.csv --by SHO:5140003 --report rejected.json",
    )
)
def import_register(
    register: Annotated[str, typer.Argument(help="The register, such as wanted; GET /v1/registers lists them.")],
    file: Annotated[Path, typer.Argument(help="A CSV; docs/registers.md names its columns.")],
    by: Annotated[str, typer.Option(parser=reader(not_blank), metavar="POST", help="The post that answers for it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; report what would be rejected.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write all findings as JSON.")] = None,
) -> int:
    """Add the rows of a CSV to a register. Status 1 if some were rejected; the others are in."""
    from chassis.commands import run_command
    from chassis.importing.report import ImportRefused
    from chassis.settings import load
    from intake.registers.cli import ImportSettings, NoDirectory, UnknownRegister
    from intake.registers.cli import import_register as run

    def act() -> int:
        return run(load(ImportSettings), register, file, by=by, dry=dry_run, report_to=report)

    return run_command(SERVICE, act, refusals=(ImportRefused, NoDirectory, UnknownRegister))


@app.command(
    epilog=examples("janseva sweep-evidence --dry-run", "janseva sweep-evidence --older-than 72"),
)
def sweep_evidence(
    older_than: Annotated[int, typer.Option(min=1, max=100_000, metavar="HOURS", help="Leave what is younger.")] = 24,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Remove nothing; count what would be removed.")] = False,
) -> int:
    """Remove files that no case lists: what a crash left, and uploads given up. Intake does so for what is new.

    It looks at every file. What no case lists is marked first, and removed by intake, or by this command, an hour
    later: a case that lists it by then keeps it.
    """
    from datetime import timedelta

    from chassis.commands import run_command
    from chassis.settings import load
    from intake.evidence.cli import SweepSettings
    from intake.evidence.cli import sweep_evidence as run
    from intake.registers.photos import shown_in_register

    def act() -> int:
        return run(load(SweepSettings), timedelta(hours=older_than), shown_in_register, dry=dry_run)

    return run_command(SERVICE, act)


@app.command(epilog=examples("janseva verify", "janseva verify --case c_01KB1N0P4R5S6T7V8W9X0Y1Z2A"))
def verify(
    case: Annotated[str | None, typer.Option(help="One case by its id; all of them without it.")] = None,
) -> int:
    """Hold the audit trails against the cases and against the signed heads in Kafka. Status 1 if one is not whole.

    It finds an entry that was altered, removed or moved, a trail cut off at its end, and an act in no trail.
    """
    from chassis.commands import run_command
    from chassis.settings import load
    from intake.audit.cli import VerifySettings
    from intake.audit.cli import verify as run

    return run_command(SERVICE, lambda: run(load(VerifySettings), case))


@services.command(epilog=examples("janseva services lint", "janseva services lint ./catalogue"))
def lint(
    folder: Annotated[
        Path | None, typer.Argument(help="The folder of a catalogue.", show_default="the shipped one")
    ] = None,
) -> int:
    """Check a catalogue of services as intake does when it starts. Status 1 if it can't be used."""
    from chassis.commands import run_command
    from intake.catalogue import CatalogueError, load_catalogue

    def act() -> int:
        typer.echo(f"{len([*load_catalogue(folder)])} services, all right")
        return 0

    return run_command(SERVICE, act, refusals=(CatalogueError,))
