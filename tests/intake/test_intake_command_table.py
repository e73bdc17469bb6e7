"""The command table: one row says all of a command, and a desk command touches two files."""

import ast
from functools import cache
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

import intake
from event_schemas.values import FilingChannel
from intake.case.states import Role
from intake.commands.table import DESK_COMMANDS, TABLE, Act
from intake.filing.bodies import ComplaintBody
from intake.hearings.commands import CheckIn

PACKAGE = Path(intake.__file__).parent
TABLE_FILE = "commands/table.py"
# Where a command means more than its row can say: which other case a resolved emergency is a duplicate of, and that an
# FIR which is released to the register is published by it.
MORE = {
    "ResolveEmergency": {"commands/handlers.py"},
    "RESOLVE_EMERGENCY": {"commands/docs.py"},
    "PublishFIR": {"registers/fir_desk.py"},
    "PUBLISH_FIR": {"registers/fir_desk.py"},
}


@cache
def names_of(path: Path) -> frozenset[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf8")))
    return frozenset(
        name for node in nodes for name in (getattr(node, kind, None) for kind in ("id", "attr", "name")) if name
    )


def naming(name: str, package: Path = PACKAGE) -> set[str]:
    """The files of the package in whose code a name stands, as itself or as an attribute."""
    return {path.relative_to(package).as_posix() for path in package.rglob("*.py") if name in names_of(path)}


def module_file(name: str) -> str:
    return name.removeprefix("intake.").replace(".", "/") + ".py"


def test_every_act_has_its_row() -> None:
    """No act without a row, and no row that nobody may use or that no state allows."""
    assert set(TABLE) == set(Act)
    assert all(row.moves and row.families and row.roles - {Role.SYSTEM} for row in TABLE.values())


@pytest.mark.parametrize("act", sorted(DESK_COMMANDS))
def test_a_desk_command_touches_two_files(act: Act) -> None:
    """A desk command is named in the table and in the file of its body and builder, and nowhere else."""
    row = DESK_COMMANDS[act]
    home = module_file(row.body.__module__)
    assert module_file(row.build.__module__) == home
    assert naming(act.name) <= {TABLE_FILE} | MORE.get(act.name, set())
    assert naming(row.body.__name__) <= {TABLE_FILE, home} | MORE.get(row.body.__name__, set())


def test_a_second_table_is_found_out(tmp_path: Path) -> None:
    """A mapping by acts beside the table is seen."""
    (tmp_path / "other.py").write_text("OTHERS = {Act.TRANSFER: 1}\n", encoding="utf8")
    assert naming("TRANSFER", tmp_path) == {"other.py"}


@pytest.mark.parametrize(
    ("model", "field", "value"),
    [(CheckIn, "presence", "unknown"), (ComplaintBody, "channel", FilingChannel.PHONE112.value)],
)
def test_a_body_accepts_the_schemas_values_alone(model: type[BaseModel], field: str, value: str) -> None:
    """Neither the reader's `unknown` nor a channel that is an officer's own is accepted, and the fault is the same."""
    with pytest.raises(ValidationError) as error:
        model.model_validate({field: value})
    assert ("literal_error", (field,)) in {(one["type"], one["loc"]) for one in error.value.errors()}
