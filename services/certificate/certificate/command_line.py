"""The operator's commands of the certificate service."""

from pathlib import Path
from typing import Annotated, Final

import typer

from chassis.command_line import command_app, examples

SERVICE: Final = "certificate"
app = command_app("The certificate service: check the papers that it issues.")


@app.command()
def serve() -> int:
    """Run the service until SIGTERM, as no command does."""
    from .app import serve as run

    return run()


@app.command(
    epilog=examples(
        "janseva certificate lint", "janseva certificate lint character.yaml --catalogue docs/catalogue/services.json"
    )
)
def lint(
    file: Annotated[
        Path | None, typer.Argument(help="The file of one more kind of paper, or of a shipped one changed.")
    ] = None,
    catalogue: Annotated[Path | None, typer.Option(help="services.json: also check what applications ask for.")] = None,
) -> int:
    """Check all kinds of paper and name what is wrong, one fault a line. Status 1 if one is wrong."""
    from chassis.commands import run_command

    from .kind_rules import catalogue_problems, problems, refuse, with_one_more
    from .kinds import PaperError, Papers

    def act() -> int:
        papers = Papers.load() if file is None else with_one_more(file)
        refuse([*problems(papers), *(catalogue_problems(papers, catalogue) if catalogue else ())])
        typer.echo(f"{len(papers.kinds)} kinds of paper, all right")
        return 0

    return run_command(SERVICE, act, refusals=(PaperError,))
