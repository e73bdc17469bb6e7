"""How every operator's command line ends, and what its help shows: on an app of its own."""

from typing import Annotated

import pytest
import typer

from chassis.command_line import command_app, examples, not_blank, reader, run_app

app = command_app("A tool.")


@app.command(epilog=examples("tool count 3"))
def count(
    number: Annotated[int, typer.Argument(help="How many.")],
    by: Annotated[str, typer.Option(parser=reader(not_blank), metavar="WHO", help="Who counts.")] = "nobody",
) -> int:
    """Count things."""
    typer.echo(f"{number} by {by}")
    return number


def test_a_command_returns_its_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever it is; the one command of an app keeps its name, and a default passes its reader."""
    assert [run_app(app, ["count", status], prog="tool") for status in ("0", "3")] == [0, 3]
    assert capsys.readouterr().out == "0 by nobody\n3 by nobody\n"


@pytest.mark.parametrize(
    ("arguments", "why", "see"),
    [
        ([], "Missing command.", "tool"),
        (["cuont"], "No such command 'cuont'. Did you mean 'count'?", "tool"),
        (["count"], "Missing argument 'number'.", "tool count"),
        (["count", "x"], "'x' is not a valid int", "tool count"),
        (["count", "1", "--by", " "], "Invalid value for '--by': the audit needs words", "tool count"),
        (["count", "1", "--nope"], "No such option: --nope", "tool count"),
    ],
    ids=lambda value: " ".join(value) or "nothing" if isinstance(value, list) else None,
)
def test_what_is_not_understood_is_one_sentence(
    arguments: list[str], why: str, see: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2, what is wrong, and which help has more; nothing on standard output."""
    assert run_app(app, arguments, prog="tool") == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("not understood: ")
    assert why in err
    assert err.endswith(f"(see {see} --help)\n")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_has_a_purpose_the_options_and_an_example(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Without colours where nobody looks at a terminal."""
    assert run_app(app, ["count", option], prog="tool") == 0
    shown = capsys.readouterr().out
    for part in ("Usage: tool count", "Count things.", "How many.", "--by", "WHO", "nobody", "$ tool count 3"):
        assert part in shown
    assert "\x1b" not in shown
