"""Which problems a command can be answered with: read from the functions that decide it, so that no list goes stale."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, Final

from chassis.http.problems import FORBIDDEN, NOT_FOUND, VALIDATION_FAILED, ProblemType
from intake import problems
from intake.case import faults
from intake.commands.problems import PROBLEMS
from intake.commands.table import TABLE, Act

DONE: Final[Mapping[str, Any]] = {
    "case_id": "c_01M80Z50J0X2G1397FJ74DT8F7",
    "tracking_number": "JS-26-WNX3-D03V-B",
    "status": "acknowledged",
    "version": 3,
    "event_id": "01a201f2-8240-712b-8c88-5ca4a3ea0c00",
}
"""An example of the answer."""
_OURS: Final = "intake."
_OF_EVERY: Final = (
    FORBIDDEN,
    NOT_FOUND,
    problems.TRANSITION_NOT_ALLOWED,
    problems.KEY_INVALID,
    problems.KEY_REUSED,
    problems.CASE_ERASED,
    problems.BUSY,
    problems.CASE_ERASED,
)


def problems_of(act: Act) -> tuple[ProblemType, ...]:
    """What a command of this act can be answered with, besides what its body and its caller's token bring."""
    rows = [TABLE[one] for one in ((act, Act.REQUEST_WITHDRAWAL) if act is Act.WITHDRAW else (act,))]
    raised = {fault for row in rows for fault in faults_of(row.build)}
    found = [problem for fault, problem in PROBLEMS.items() if fault in raised]
    if TABLE[act].waits_for_the_law:
        found.append(problems.CLOCK_RUNNING)
    if TABLE[act].identity is not None:
        found.append(problems.IDENTITY_NOT_CONFIRMED)
    if raised & {faults.ImplausibleTime, faults.FactsRefused}:
        found.append(VALIDATION_FAILED)
    if act is Act.RESOLVE_EMERGENCY:
        found.extend(problems.DUPLICATES.values())
    return tuple(dict.fromkeys((*_OF_EVERY, *found)))


@cache
def faults_of(function: Callable[..., Any]) -> frozenset[type[faults.CommandFault]]:
    """The faults that a function of the domain raises, itself or by what it calls there."""
    return frozenset(_raised(function, set()))


def _raised(function: Callable[..., Any], seen: set[Callable[..., Any]]) -> Iterator[type[faults.CommandFault]]:
    if function in seen or not isinstance(function, FunctionType) or not function.__module__.startswith(_OURS):
        return
    seen.add(function)
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        found = _named(node, function.__globals__)
        if isinstance(found, type) and issubclass(found, faults.CommandFault):
            yield found
        elif isinstance(found, FunctionType):
            yield from _raised(found, seen)


def _named(node: ast.AST, names: dict[str, Any]) -> object:
    """What a name, or a name of a module, stands for in a function."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module = names.get(node.value.id)
        return getattr(module, node.attr, None) if isinstance(module, ModuleType) else None
    return None
