"""What a container starts, against the code: its image, the image's version, the module and the arguments after it."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any
from unittest import mock

import typer
from deploy.k8s.tools.generated import ROOT
from deploy.k8s.tools.objects import JOBS, configuration, environment, program_of, programs
from deploy.k8s.tools.schema import Object, name_of
from deploy.k8s.tools.services import PROGRAMS, package_of
from typer.core import TyperGroup
from typer.main import get_command

from chassis.program import SERVES, loaded

REGISTRY = "janseva/"


def starting_faults(objects: list[Object]) -> Iterator[str]:
    configs = configuration(objects)
    for workload, container in programs(objects):
        program = program_of(workload)
        if program not in PROGRAMS:
            continue
        where = name_of(workload)
        yield from _image_faults(where, program, container.get("image", ""))
        if "command" in container:
            yield f"{where}: the image's own entry point starts Python; it needs no command"
        began = started(container.get("args", []))
        if began is None:
            yield f"{where}: nothing starts with {' '.join(container.get('args', []))!r}"
        elif began != (program, workload["kind"] in JOBS):
            yield f"{where}: its arguments start {began[0]}{' for a while' if began[1] else ''}"
        lane = environment(configs, container).get("LANE")
        if lane is not None and lane not in container.get("args", []):
            yield f"{where}: LANE is {lane}, which the arguments do not say"


def _image_faults(where: str, program: str, image: str) -> Iterator[str]:
    name, tag = split_image(image)
    package = package_of(program).partition(".")[0]
    made = {"janseva_web": "web"}.get(package, package.replace("_", "-"))
    if not f"/{name}".endswith(f"/{REGISTRY}{made}"):
        yield f"{where}: image {name!r} holds no {program}"
    elif tag is not None and tag.partition("-")[0] != version_of(made):
        yield f"{where}: image {image!r} is not of the version {version_of(made)} that these manifests belong to"


def split_image(image: str) -> tuple[str, str | None]:
    """An image's name and its tag; a digest leaves no question of which."""
    name, at, _ = image.partition("@")
    head, _, last = name.rpartition("/")
    short, _, tag = last.partition(":")
    return "/".join(part for part in (head, short) if part), None if at else tag or None


@cache
def version_of(made: str) -> str:
    [path] = [path for path in _members() if path.name == made]
    project: Mapping[str, Any] = tomllib.loads((path / "pyproject.toml").read_text(encoding="utf8"))["project"]
    return str(project["version"])


def _members() -> list[Any]:
    return [*(path.parent for path in ROOT.glob("services/*/pyproject.toml")), ROOT / "web"]


def started(arguments: Sequence[str]) -> tuple[str, bool] | None:
    """The program that `python -m` with these arguments starts, and whether it ends by itself; None if it would refuse.

    The module's own main() reads them; what it would then run is caught.
    """
    return _started(tuple(arguments))


@cache
def _started(arguments: tuple[str, ...]) -> tuple[str, bool] | None:
    if not arguments or arguments[0] not in {package_of(name).partition(".")[0] for name in PROGRAMS}:
        return None
    module = import_module(f"{arguments[0]}.__main__")
    began: list[tuple[str, bool] | None] = []

    def serves(reference: str) -> Any:
        def serve() -> int:
            began.append((_program(reference), False))
            return 0

        return serve

    def commands(given: Sequence[str], *, prog: str, commands: str) -> int:  # noqa: ARG001
        began.append(_command(given, commands, arguments[0]))
        return 0

    def program(given: Sequence[str], *, prog: str, serve: str, commands: str) -> int:
        if [*given] in SERVES:
            return int(serves(serve)())
        return int(caught["run_commands"](given, prog=prog, commands=commands))

    caught: dict[str, Any] = {
        "loaded": serves,
        "run_commands": commands,
        "run_program": program,
        "work": lambda _lane: serves(f"{arguments[0]}:work")(),
    }
    with mock.patch.multiple(module, **{name: stand_in for name, stand_in in caught.items() if hasattr(module, name)}):
        module.main(arguments[1:])
    return began[0] if began else None


def _program(reference: str) -> str:
    """The program whose package is the longest to begin the reference."""
    fitting = [name for name in PROGRAMS if f"{reference.replace(':', '.')}.".startswith(f"{package_of(name)}.")]
    return max(fitting, key=lambda name: len(package_of(name)))


def _command(arguments: Sequence[str], commands: str, package: str) -> tuple[str, bool] | None:
    """A command of the operator: the manifest names whose settings it reads; its arguments must parse."""
    command: Any = get_command(loaded(commands))
    name: str | None = package
    rest = [*arguments]
    try:
        while isinstance(command, TyperGroup):
            name, command, rest = command.resolve_command(typer.Context(command), rest)
        command.make_context(name, rest)
    except (typer.TyperException, typer.Exit):
        return None
    return next(name for name in reversed(PROGRAMS) if package_of(name).partition(".")[0] == package), True
