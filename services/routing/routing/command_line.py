"""The operator's commands of routing: imports make versions, a switch puts one in force, what-if and map show it."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from chassis.command_line import command_app, examples, not_blank, reader
from routing.given import day, moment, number_of_days

WHEN: Final = "from this day or time on"
File = Annotated[Path, typer.Argument(help="The file to import.")]
By = Annotated[str, typer.Option(parser=reader(not_blank), metavar="WHO", help="Who decides this, for the audit.")]
Why = Annotated[str, typer.Option(parser=reader(not_blank), metavar="TEXT", help="The reason, for the audit.")]
InForce = Annotated[
    datetime | None,
    typer.Option(
        "--effective-from",
        parser=reader(moment),
        metavar="DAY",
        help=f"Put it in force {WHEN}.",
        show_default="not yet",
    ),
]
Base = Annotated[
    str | None, typer.Option(metavar="VERSION", help="Add to this version.", show_default="the one in force")
]
FindingsFile = Annotated[Path | None, typer.Option("--report", help="Write the findings as JSON.")]
CodeField = Annotated[str | None, typer.Option(help="The property that holds the station's code.")]
NameField = Annotated[str | None, typer.Option(help="The property that holds the station's name, or the line's.")]
Days = Annotated[int, typer.Option(parser=reader(number_of_days), metavar="NUMBER", help="Cases of so many last days.")]
On = Annotated[
    date | None,
    typer.Option(
        parser=reader(day), metavar="DAY", help="Stations and jurisdictions as on this day.", show_default="today"
    ),
]

app = command_app(
    "Routing: import stations and jurisdictions, put a version in force, see what it changes. The database is that of "
    "MONGO_URI and MONGO_DATABASE; a day or a time without a zone is India's. docs/runbooks/add-stations.md shows the "
    "commands in use."
)


@app.command()
def serve() -> int:
    """Run the service until SIGTERM, as no command does."""
    from routing.app import serve as run

    return run()


@app.command(epilog=examples("janseva routing build-data ./sources"))
def build_data(folder: Annotated[Path, typer.Argument(help="The sources that SOURCES.md names.")]) -> int:
    """Make the shipped data set from a folder of its sources."""
    from routing.build_data import build_data as build
    from routing.cli import print_lines
    from routing.operating import run

    def act() -> int:
        built = build(folder)
        doubts = f"{len(built.misplaced)} misplaced, {len(built.shared_coordinates)} share a point"
        print_lines(f"{built.stations} stations ({doubts}), {built.districts} districts, {built.boundaries} boundaries")
        return 0

    return run(act)


@app.command(
    epilog=examples(
        "janseva routing import-stations new-stations.csv --report findings.json",
        "janseva routing import-stations new-stations.csv --effective-from 2026-12-01 --by HQ",
    )
)
def import_stations(
    file: File, effective_from: InForce = None, base: Base = None, by: By = "operator", report: FindingsFile = None
) -> int:
    """Make a new version from a CSV of stations."""
    return _import("import-stations", file, effective_from, base, by, report)


@app.command(epilog=examples("janseva routing import-boundaries thanas.geojsonl --report findings.json"))
def import_boundaries(
    file: File,
    effective_from: InForce = None,
    base: Base = None,
    by: By = "operator",
    report: FindingsFile = None,
    code_field: CodeField = None,
    name_field: NameField = None,
) -> int:
    """Make a new version from jurisdictions: GeoJSON, geojsonl or .shp."""
    return _import("import-boundaries", file, effective_from, base, by, report, code_field, name_field)


@app.command(epilog=examples("janseva routing import-lines railway.geojson"))
def import_lines(
    file: File,
    effective_from: InForce = None,
    base: Base = None,
    by: By = "operator",
    report: FindingsFile = None,
    code_field: CodeField = None,
    name_field: NameField = None,
) -> int:
    """Make a new version from lines that specialist units cover, such as a railway's: GeoJSON, geojsonl or .shp."""
    return _import("import-lines", file, effective_from, base, by, report, code_field, name_field)


@app.command(epilog=examples("janseva routing import-officers posts.csv"))
def import_officers(
    file: File,
    version: Annotated[
        str | None, typer.Option(help="Whose posts they are.", show_default="the version in force")
    ] = None,
) -> int:
    """Take over office contacts, vacancies and acting posts from a CSV."""
    from routing import cli
    from routing.operating import run_with_database

    return run_with_database(lambda office: cli.import_posts(file, version, office))


@app.command(epilog=examples('janseva routing switch v-963de6cb667d --by "HQ, order 112" --why "373 new stations"'))
def switch(
    version: Annotated[str, typer.Argument(help="Its name, as `versions` shows it.")],
    effective_from: Annotated[
        datetime | None,
        typer.Option(
            parser=reader(moment), metavar="DAY", help=f"It decides {WHEN}, India's time.", show_default="now"
        ),
    ] = None,
    by: By = "operator",
    why: Why = "decided by hand",
) -> int:
    """Put a version in force; an older one undoes a switch."""
    from routing import cli
    from routing.operating import run_with_database

    return run_with_database(lambda office: cli.switch_version(version, effective_from, office, by=by, why=why))


@app.command(epilog=examples('janseva routing rollback --by HQ --why "wrong borders"'))
def rollback(by: By = "operator", why: Why = "undone by hand") -> int:
    """Undo the last switch: the version before it decides again."""
    from routing import cli
    from routing.operating import run_with_database

    return run_with_database(lambda office: cli.roll_back(office, by=by, why=why))


@app.command(epilog=examples("janseva routing versions"))
def versions() -> int:
    """All versions and every switch: who decided it, when and why."""
    from routing import cli
    from routing.operating import run_with_database

    return run_with_database(cli.list_versions)


@app.command(
    epilog=examples(
        "janseva routing what-if v-963de6cb667d --days 30 --on 2026-12-01 --geojson moved.geojson",
        "janseva routing what-if thanas.geojsonl --from 2026-11-01 --to 2026-11-15",
    )
)
def what_if(
    file: Annotated[Path, typer.Argument(help="A file to import, or the name of a version.")],
    days: Days = 30,
    start: Annotated[
        datetime | None,
        typer.Option("--from", parser=reader(moment), metavar="DAY", help=f"Cases {WHEN}, instead of --days."),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option("--to", parser=reader(moment), metavar="DAY", help="Cases before it.", show_default="now"),
    ] = None,
    on: On = None,
    geojson: Annotated[Path | None, typer.Option(help="Write the moved cases for a map.")] = None,
) -> int:
    """Which cases would go elsewhere under a file or a version; nothing is changed."""
    from routing import cli
    from routing.operating import run_with_database

    cases = cli.CasesOf(days, start, end)
    return run_with_database(lambda office: cli.show_what_if(file, cases, on, geojson, office))


@app.command("map", epilog=examples("janseva routing map --version v-963de6cb667d --on 2026-12-01 --out map.html"))
def map_(
    out: Annotated[Path, typer.Option(help="A page, or a picture if it ends in .png.")] = Path("map.html"),
    on: On = None,
    version: Annotated[
        str | None, typer.Option(help="Its name, as `versions` shows it.", show_default="the version in force")
    ] = None,
    days: Days = 7,
) -> int:
    """Draw stations, jurisdictions and recent decisions."""
    from routing import cli
    from routing.operating import run_with_database

    return run_with_database(lambda office: cli.make_map(out, version, on, days, office))


def _import(
    what: str,
    file: Path,
    effective_from: datetime | None,
    base: str | None,
    by: str,
    report: Path | None,
    code_field: str | None = None,
    name_field: str | None = None,
) -> int:
    from routing import cli
    from routing.importing.boundaries import Fields
    from routing.operating import run_with_database

    asked = cli.Import(what, file, by, effective_from, base, report, Fields(code_field, name_field))
    return run_with_database(lambda office: cli.import_file(asked, office))
