"""Writes docs/commands.md from the help of `janseva`, with every package installed.

python docs/commands/generate.py [--check]
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import typer
from deploy.k8s.tools.generated import ROOT, main
from typer.cli import get_docs_for_click
from typer.core import TyperGroup
from typer.main import get_command

from janseva_cli.command_line import app

PAGE = ROOT / "docs/commands.md"
HEAD = """# The operator's commands

Written by `docs/commands/generate.py` from the commands' own help; change that.

`janseva` gathers the commands of every package that is installed beside it. In the image of a service it has that
service's and those of the chassis: `kubectl -n janseva exec deploy/routing -- janseva routing versions`. On one machine
it is `.venv/bin/janseva`. A package's own commands also answer to `python -m`, as in `python -m routing versions`.

Every command ends with a status: 0, it is done or all is well; 1, it is not, and standard error says why in a sentence;
2, the command or a setting was not understood; 130, it was interrupted. `-h` shows the help, and
`janseva --install-completion` makes the shell complete names and options. Colours are for terminals alone.
"""
LISTS = re.compile(r"\*\*Commands\*\*:\n\n(?:\* [^\n]*\n)+\n")
EXAMPLES = re.compile(r"^Examples:\n((?:  \$ [^\n]*\n)+)", re.MULTILINE)


def page() -> str:
    command = get_command(app)
    assert isinstance(command, TyperGroup)
    context = typer.Context(command)
    text = get_docs_for_click(obj=command, ctx=context, name="janseva")
    # What follows under headings of its own is not listed as well.
    _, _, text = LISTS.sub("", text).partition("\n## ")
    text = text.replace("* `--help`: Show this message and exit.\n", "").replace("**Options**:\n\n\n", "")
    text = EXAMPLES.sub(lambda found: "**Examples**:\n\n```console\n" + found[1].replace("  $ ", "$ ") + "```\n", text)
    table = "\n".join(_table(command, context))
    return f"{HEAD}\n{table}\n\n## {text.rstrip()}\n"


def _table(command: TyperGroup, context: typer.Context) -> Iterator[str]:
    yield "| command | what for |"
    yield "|---|---|"
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        assert below.help is not None
        first, _, _ = below.help.partition("\n\n")
        yield f"| [`janseva {name}`](#janseva-{name}) | {' '.join(first.split())} |"


def files() -> dict[Path, str]:
    return {PAGE: page()}


if __name__ == "__main__":
    sys.exit(main(files(), sys.argv[1:]))
