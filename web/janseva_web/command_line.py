"""The operator's commands of the pages."""

import typer

from chassis.command_line import command_app, examples

app = command_app("The pages of citizens, officers and HQ: which texts a language lacks.")


@app.command()
def serve() -> int:
    """Serve the pages until SIGTERM, as no command does."""
    from janseva_web.app import serve as run

    return run()


@app.command(epilog=examples("janseva web texts"))
def texts() -> int:
    """List the texts that a language lacks; they are shown in Hindi."""
    from chassis.commands import run_command
    from janseva_web.app import SERVICE
    from janseva_web.languages import Languages

    def act() -> int:
        languages = Languages.load()
        lacking = list(languages.lacking())
        for code, key in lacking:
            typer.echo(f"{code} {key}")
        typer.echo(f"{len([*languages])} languages, {len(lacking)} texts missing")
        return 0

    return run_command(SERVICE, act)
