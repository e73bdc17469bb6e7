"""Every operator's command has a help worth reading, and every command that a page shows can be typed."""

import re
import shlex
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from chassis.command_line import command_app, run_app
from chassis.program import loaded
from janseva_cli import mounting
from janseva_cli.__main__ import main
from janseva_cli.command_line import app
from janseva_local.folder import ROOT
from tests.command_lines import leaves, understood

MODULES = {
    "chassis": "chassis.dead_letters.command_line:app",
    "certificate": "certificate.command_line:app",
    "intake": "intake.command_line:app",
    "janseva_local": "janseva_local.command_line:app",
    "janseva_web": "janseva_web.command_line:app",
    "notifier": "notifier.command_line:app",
    "routing": "routing.command_line:app",
    "sla_monitor": "sla_monitor.command_line:app",
}
APPS: dict[str, typer.Typer] = {"janseva": app} | {
    f"python -m {name}": loaded(reference) for name, reference in MODULES.items()
}
COMMANDS = [(prog, path) for prog, one in APPS.items() for path, _ in leaves(get_command(one))]
NAMES = {" ".join(path.split()[:count]) for _, path in COMMANDS for count in range(1, 4)}
SERVERS = {"serve", "worker", "ledger"}
PAGES = sorted(
    {
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("docs/runbooks/*.md"),
        *ROOT.glob("*/README.md"),
        *ROOT.glob("*/*/README.md"),
    }
    # Made from the help itself.
    - {ROOT / "docs/commands.md"}
)
# At the beginning of a line of code, behind the -- of kubectl or between backticks; quotes and comments may follow.
TYPED = re.compile(
    r"(?:^ *(?:\$ )?|-- |`)(?:\.venv/bin/)?(?:python -m (?P<module>[a-z_]+)|janseva)"
    r" (?P<line>[a-z](?:\"[^\"\n]*\"|[^`\"\n#|>])*)",
    re.MULTILINE,
)
# Words that stand for a value which has to be one of several.
MEANT = {"LANE": "routine", "ROLE": "sho"}


def leaf(prog: str, path: str) -> Any:
    return next(one for name, one in leaves(get_command(APPS[prog])) if name == path)


@pytest.mark.parametrize(("prog", "path"), COMMANDS, ids=lambda one: one.replace(" ", "-") if one else "app")
def test_every_command_explains_itself(prog: str, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help`: status 0, one sentence on what it is for, and what each option means; no colour where nobody looks."""
    assert run_app(APPS[prog], [*path.split(), "--help"], prog=prog) == 0
    shown = capsys.readouterr().out
    assert f"Usage: {prog} {path}" in " ".join(shown.split())
    assert "\x1b" not in shown
    command = leaf(prog, path)
    assert command.help
    assert command.help.partition("\n\n")[0].rstrip().endswith((".", "?"))
    silent = [one.name for one in command.params if not getattr(one, "hidden", False) and not one.help]
    assert silent == []


@pytest.mark.parametrize(
    ("prog", "path"),
    [one for one in COMMANDS if one[1] not in SERVERS],
    ids=lambda one: one.replace(" ", "-") if one else "app",
)
def test_the_examples_of_a_command_can_be_typed(prog: str, path: str) -> None:
    """Each is the command that it stands at, as `janseva` takes it; the local stack's have none, `make` calls them."""
    lines = re.findall(r"^  \$ janseva (.+)$", leaf(prog, path).epilog or "", re.MULTILINE)
    assert lines or prog == "python -m janseva_local"
    for line in lines:
        assert understood(app, shlex.split(line.partition(" | ")[0])).path.split()[-1] == path.rsplit(maxsplit=1)[-1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_can_be_typed(page: Path) -> None:
    """What an operator reads has no name and no option that there is not."""
    for found in typed(page.read_text("utf-8")):
        one = APPS["janseva"] if found["module"] is None else APPS.get(f"python -m {found['module']}")
        arguments = [MEANT.get(part, part) for part in shlex.split(found["line"].translate({91: None, 93: None}))]
        # A name alone, as in "`janseva dead-letters` lists them", is there, and need not be all that is typed.
        if one is not None and " ".join(arguments).removesuffix(" --help") not in NAMES:
            assert understood(one, arguments).path, found[0]


def typed(text: str) -> list[re.Match[str]]:
    """In one line each: a backslash continues a line, and a page's own lines break between backticks."""
    joined = re.sub(r"(?<!`)`(?!`)[^`]+`", lambda found: found[0].replace("\n", " "), text.replace("\\\n", " "))
    return [*TYPED.finditer(joined)]


def test_the_pages_check_sees_a_wrong_command() -> None:
    """A name or an option that there is not is found, in a block and in a line, continued or not."""
    page = "`python -m routing versionz` and\n    janseva audit \\\n      --log-onyl\n`janseva dead-letters list`"
    wrong, other, right = typed(page)
    for found in (wrong, other):
        with pytest.raises(typer.TyperException):
            understood(APPS[f"python -m {found['module']}" if found["module"] else "janseva"], found["line"].split())
    assert understood(app, right["line"].split()).path == "dead-letters list"


def test_every_package_with_commands_is_mounted() -> None:
    """Whoever has `janseva` and the services has all their commands but those that run servers."""
    mounted = {path for prog, path in COMMANDS if prog == "janseva"}
    for prog, path in COMMANDS:
        if prog != "python -m janseva_local" and path not in SERVERS:
            assert any(one == path or one.endswith(f" {path}") for one in mounted), (prog, path)


def test_an_image_of_one_service_has_that_services_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is not installed is not offered, and not missed."""
    points = [EntryPoint("routing", "routing.command_line:app", mounting.GROUP)]
    monkeypatch.setattr(mounting, "entry_points", lambda **_: points)
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert "routing" in shown
    assert "audit" not in shown
    assert main(["audit"]) == 2
    assert capsys.readouterr().err == "not understood: No such command 'audit'. (see janseva --help)\n"


def test_an_entry_point_mounts_the_command_of_its_name() -> None:
    """Or the whole app, where it has none of that name."""
    tool = command_app("A tool.")
    tool.command("one")(lambda: 0)
    tool.command("two")(lambda: 0)

    class Point(EntryPoint):
        def load(self) -> typer.Typer:
            return tool

    assert [path for path, _ in leaves(mounting.command_of(Point("two", "x", "y")))] == [""]
    assert [path for path, _ in leaves(mounting.command_of(Point("tool", "x", "y")))] == ["one", "two"]


def test_the_shell_completes_names_and_options() -> None:
    """`janseva de<TAB>` is `dead-letters`, its acts and their options follow; the script to install can be shown."""
    program = Path(sys.executable).with_name("janseva")

    def completed(line: str) -> list[str]:
        count = str(len(line.split(" ")) - 1)
        environment = {"_JANSEVA_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": count}
        result = subprocess.run([program], env=environment, capture_output=True, text=True, check=False, timeout=60)
        return result.stdout.split()

    assert completed("janseva de") == ["dead-letters"]
    assert completed("janseva dead-letters ") == ["list", "show", "replay"]
    assert completed("janseva dead-letters list --ea") == ["--each"]
    # The shell is the one it was called from: who runs the tests may have none above him.
    called = ["bash", "-c", f"{program} --show-completion; true"]
    script = subprocess.run(called, capture_output=True, text=True, check=False)
    assert "_JANSEVA_COMPLETE=complete_bash" in script.stdout


def test_help_piped_to_head_ends_quietly() -> None:
    """No traceback, nothing on standard error."""
    line = f"{Path(sys.executable).with_name('janseva')} --help | head -1"
    piped = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, timeout=60)
    assert piped.stderr == ""
