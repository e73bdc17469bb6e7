"""`dead-letters list|show|replay`: what an operator types, and what of it can't be meant."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Final

import typer

from chassis.command_line import command_app, examples, reader
from chassis.dead_letters.selection import RecordPosition, Selection, india

WHERE: Final = "PARTITION:OFFSET"
Bootstrap = Annotated[
    str | None, typer.Option(help="Kafka's address.", show_default="KAFKA_BOOTSTRAP", metavar="HOST:PORT")
]
Topic = Annotated[str, typer.Option(help="The topic that the events came from: cases.routine, say.")]
Service = Annotated[str | None, typer.Option(help="The service that put them aside.")]
Reason = Annotated[str | None, typer.Option(help="Why: schema, unknown_version, ...")]
Type = Annotated[str | None, typer.Option("--type", help="The type of event: ComplaintFiled, say.")]
Since = Annotated[
    datetime | None,
    typer.Option(
        parser=reader(india), metavar="TIME", help="Put aside at this time or later: 2026-11-22 or T14:30, India."
    ),
]
Until = Annotated[
    datetime | None, typer.Option(parser=reader(india), metavar="TIME", help="Put aside before this time, India.")
]
Position = Annotated[
    RecordPosition,
    typer.Option(parser=reader(RecordPosition.parse), metavar=WHERE, help="Where it lies, as `list --each` says."),
]
Positions = Annotated[
    list[RecordPosition] | None,
    typer.Option(parser=reader(RecordPosition.parse), metavar=WHERE, help="This one; may be repeated."),
]

app = command_app("What an operator does with what every service has alike.")
letters = typer.Typer()
app.add_typer(letters, name="dead-letters")


@letters.callback()
def dead_letters(context: typer.Context, bootstrap: Bootstrap = None) -> None:
    """Events that a service put aside: list them, show one, send them to their service again."""
    context.obj = bootstrap


@letters.command("list", epilog=examples("janseva dead-letters list", "janseva dead-letters list --service routing"))
def list_(
    context: typer.Context,
    topic: Annotated[
        str | None, typer.Option(help="The topic that the events came from.", show_default="every topic")
    ] = None,
    service: Service = None,
    reason: Reason = None,
    type_: Type = None,
    since: Since = None,
    until: Until = None,
    *,
    each: Annotated[bool, typer.Option("--each", help="A line for each.")] = False,
) -> int:
    """How many lie there, of which service, why, since when, and which were replayed."""
    from chassis.dead_letters import command

    wanted = Selection(service, reason, type_, since, until)
    return _done(context, lambda kafka: command.list_letters(kafka, topic, wanted, each=each))


@letters.command(epilog=examples("janseva dead-letters show --topic cases.routine --at 0:12"))
def show(context: typer.Context, topic: Topic, at: Position) -> int:
    """One of them: of its body the size and the names of its fields, never a value."""
    from chassis.dead_letters import command

    return _done(context, lambda kafka: command.show_letter(kafka, topic, at))


@letters.command(
    epilog=examples(
        "janseva dead-letters replay --topic cases.routine --service routing",
        'janseva dead-letters replay --topic cases.routine --at 0:12 --yes --by "HQ" --why "mended in 0.1.1"',
    )
)
def replay(
    context: typer.Context,
    topic: Topic,
    service: Service = None,
    reason: Reason = None,
    type_: Type = None,
    since: Since = None,
    until: Until = None,
    at: Positions = None,
    by: Annotated[str | None, typer.Option(help="Who decides this, for the record.")] = None,
    why: Annotated[str | None, typer.Option(help="The reason, for the record.")] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Send them.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also those that have been replayed already.")] = False,
) -> int:
    """Send them to their service again, and to no other. Without --yes: say what would be sent."""
    from chassis.dead_letters import command
    from chassis.dead_letters.log import ReplayApproval

    wanted = Selection(service, reason, type_, since, until, frozenset(at or ()))
    if wanted.is_everything:
        context.fail("replay what? --service, --reason, --type, --since, --until or --at; 'list' shows what there is")
    if yes and not (by and why):
        context.fail("--yes needs --by and --why: the replay is recorded with them")
    approval = ReplayApproval(by, why) if yes and by and why else None
    return _done(context, lambda kafka: command.replay_letters(kafka, topic, wanted, approval, again=again))


def _done(context: typer.Context, act: Callable[[str], Awaitable[int]]) -> int:
    from chassis.dead_letters.command import run

    return run(context.obj, act)
