"""The operator's commands of the notifier."""

from pathlib import Path
from typing import Annotated, Final

import typer

from chassis.command_line import command_app, examples

SERVICE: Final = "notifier"
app = command_app("The notifier: check the texts that it sends.")


@app.command()
def serve() -> int:
    """Run the service until SIGTERM, as no command does."""
    from .app import serve as run

    return run()


@app.command(epilog=examples("janseva notifier lint", "janseva notifier lint templates.yaml --production"))
def lint(
    file: Annotated[
        Path | None, typer.Argument(help="The template file.", show_default="the file of the package")
    ] = None,
    *,
    production: Annotated[bool, typer.Option("--production", help="Also refuse development DLT ids.")] = False,
) -> int:
    """Check a file of templates and name what is wrong with it, one fault a line.

    Each needs Hindi and English, exactly the variables that it declares, and a DLT id. Status 1 if one is wrong.
    """
    from chassis.commands import run_command

    from .lint import lint as checked
    from .templates import DEFAULT_PATH, TemplateError

    def act() -> int:
        path = file or DEFAULT_PATH
        try:
            book = checked(path, production=production)
        except TemplateError as error:
            raise TemplateError(f"{path}:\n{error}") from error
        typer.echo(f"{path}: {len(book.templates)} templates, all right")
        return 0

    return run_command(SERVICE, act, refusals=(TemplateError,))


@app.command(epilog=examples("janseva notifier outbox"))
def outbox() -> int:
    """How many messages hold events that Kafka has not got yet, and for how long. Status 1 if one waits over 10 s."""
    from chassis.commands import run_command
    from chassis.outbox.backlog import show_backlog

    from .store import DISPATCHES

    return run_command(SERVICE, lambda: show_backlog("janseva_notifier", DISPATCHES))
