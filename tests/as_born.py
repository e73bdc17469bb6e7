"""Puts an object and all that it holds back as they were: what is dear to build is built once and used by many tests.

An API of 140 routes takes a quarter of a second to build; its state is some fifty small containers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from types import CellType, FunctionType, MethodType
from typing import Any, Final

from pydantic import BaseModel

# Whose objects have a state of their own; those of other libraries are looked through for such.
KEEPERS: Final = ("chassis", "intake", "prometheus_client", "tests")
# Nothing to put back, and nothing held that could change.
PLAIN: Final = (type(None), bool, int, float, str, bytes, frozenset, type, BaseModel)


def restorer(*roots: object) -> Callable[[], None]:
    """A call that puts back what is reachable from the roots now: attributes, containers, variables of closures.

    Containers are refilled, not replaced: whoever holds one sees it as it was.
    """
    states: list[tuple[Any, Any]] = []
    # A container is part of a state if its holder has one; it may be met at a library's object first.
    seen: dict[tuple[int, bool], object] = {}
    waiting: list[tuple[object, bool]] = [(root, True) for root in roots]
    while waiting:
        one, in_state = waiting.pop()
        if isinstance(one, PLAIN) or (id(one), in_state) in seen:
            continue
        seen[id(one), in_state] = one
        keeps = _keeps(one, in_state)
        if keeps:
            states.append((one, _state(one)))
        waiting += ((held, keeps) for held in _held(one))

    def restore() -> None:
        for one, state in states:
            _put_back(one, state)

    return restore


def _keeps(one: object, in_state: bool) -> bool:
    if isinstance(one, dict | list | set | deque | tuple):
        return in_state
    if isinstance(one, CellType):
        return True
    return type(one).__module__.partition(".")[0] in KEEPERS


def _state(one: Any) -> Any:
    match one:
        case dict() | list() | set() | deque():
            return one.copy()
        case tuple():
            return ()
        case CellType():
            return _content(one)
        case _:
            return vars(one).copy() if hasattr(one, "__dict__") else {} if _is_frozen(one) else _slots(one)


def _put_back(one: Any, state: Any) -> None:
    match one:
        case dict() | set():
            one.clear()
            one.update(state)
        case list() | deque():
            one.clear()
            one.extend(state)
        case tuple():
            pass
        case CellType():
            for content in state:
                one.cell_contents = content
        case _ if hasattr(one, "__dict__"):
            vars(one).clear()
            vars(one).update(state)
        case _:
            for name, value in state.items():
                setattr(one, name, value)


def _held(one: object) -> Iterator[object]:
    match one:
        case dict():
            yield from (*one.keys(), *one.values())
        case list() | tuple() | set() | deque():
            yield from tuple(one)
        case FunctionType():
            yield from (*(one.__closure__ or ()), *(one.__defaults__ or ()), *(one.__kwdefaults__ or {}).values())
            # A wrapper holds what it wraps.
            yield from vars(one).values()
        case MethodType():
            yield from (one.__self__, one.__func__)
        case CellType():
            yield from _content(one)
        case _:
            yield from (*getattr(one, "__dict__", {}).values(), *_slots(one).values())


def _content(cell: CellType) -> tuple[object, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:
        return ()


def _slots(one: object) -> dict[str, Any]:
    names = (kind.__dict__.get("__slots__", ()) for kind in type(one).__mro__)
    every = (name for some in names for name in ((some,) if isinstance(some, str) else some))
    return {name: getattr(one, name) for name in every if name != "__dict__" and hasattr(one, name)}


def _is_frozen(one: object) -> bool:
    parameters = getattr(type(one), "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen)
