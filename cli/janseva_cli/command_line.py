"""The commands of `janseva` that belong to no service: is the suite well, its topics, its keys."""

from enum import StrEnum
from typing import Annotated, Final

import typer

from chassis.command_line import command_app, examples, reader
from janseva_cli.mounting import MountingGroup
from janseva_cli.places import Place, place

app = command_app(
    "What an operator does with Janseva. Settings come from the environment, as the services have them: "
    "KAFKA_BOOTSTRAP, MONGO_URI and what each command names. A time without a zone is India's.",
    completes=True,
    cls=MountingGroup,
)
topics = command_app("The topics of the registry, in Kafka.")
keys = command_app("The ring of sealing keys: a key for each month.")
app.add_typer(topics, name="topics")
app.add_typer(keys, name="keys")
erase = command_app("Erasures of a person's data.")
app.add_typer(erase, name="erase")

Bootstrap = Annotated[
    str | None, typer.Option(help="Kafka's address.", show_default="KAFKA_BOOTSTRAP", metavar="HOST:PORT")
]
LONGEST_ANSWER_S: Final = 5.0


class Environment(StrEnum):
    LOCAL = "local"
    PRODUCTION = "production"


@app.command(
    epilog=examples(
        "janseva status",
        "janseva status --url intake=http://intake:8080 --url routing=http://routing:8080",
        "janseva status --json | head",
    )
)
def status(
    url: Annotated[
        list[Place] | None,
        typer.Option(
            parser=reader(place),
            envvar="JANSEVA_URLS",
            metavar="NAME=URL",
            help="Where a service answers for its health (OPS_PORT, if it has one); may be repeated, in the variable "
            "parted by spaces.",
            show_default="the local suite",
        ),
    ] = None,
    bootstrap: Bootstrap = None,
    within: Annotated[float, typer.Option(min=0.1, max=60, help="Seconds that an answer may take.")] = LONGEST_ANSWER_S,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document instead of the table.")] = False,
) -> int:
    """Is the suite well? Health, lag, the outbox' age and dead letters of every service, on one screen.

    Status 0: it is well. 1: something is not, and a line says what. Nothing is changed.
    """
    from janseva_cli.status import main

    return main(url, bootstrap, within_s=within, as_document=json)


@topics.command("list", epilog=examples("janseva topics list", "janseva topics list --environment production"))
def list_topics(
    bootstrap: Bootstrap = None,
    environment: Annotated[
        Environment, typer.Option(help="Whose number of partitions is expected.")
    ] = Environment.LOCAL,
) -> int:
    """Every topic of the registry: whether it exists, and how many partitions it has. Status 1 if one is wrong."""
    from janseva_cli.topics import list_

    return list_(bootstrap, environment.value)


@topics.command(epilog=examples("janseva topics create --environment production --replication 3 --yes"))
def create(
    bootstrap: Bootstrap = None,
    environment: Annotated[
        Environment, typer.Option(help="Whose number of partitions they get: that of a lane is fixed for ever.")
    ] = Environment.LOCAL,
    replication: Annotated[int, typer.Option(min=1, max=9, help="Copies of each partition.")] = 1,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Create them; without it they are named.")] = False,
) -> int:
    """Create the topics that are missing, as the registry has them. What exists is left as it is."""
    from janseva_cli.topics import create as create_missing

    return create_missing(bootstrap, environment.value, replication, confirmed=yes)


@keys.command("check", epilog=examples("janseva keys check"))
def check_keys() -> int:
    """Which months SEALING_KEYS has a key for. Status 1 if this month has none, or the next one within a week of it."""
    from janseva_cli.keys import check

    return check()


@keys.command("new", epilog=examples("janseva keys new 2027-01"))
def new_key(month: Annotated[str, typer.Argument(metavar="YYYY-MM", help="The month that it seals.")]) -> int:
    """Print a new key for a month, to be added to SEALING_KEYS of every service. It is a secret."""
    from janseva_cli.keys import new

    return new(month)


@erase.command("status", epilog=examples("janseva erase status", "janseva erase status er_01ab..."))
def erase_status(
    erasure: Annotated[
        str | None, typer.Argument(metavar="ID", help="A request to erase.", show_default="all that are not done")
    ] = None,
) -> int:
    """Which services have erased what a request decided. Status 1 if one has not yet. Shows no person's data."""
    from janseva_cli.erasures import status as show

    return show(erasure)
