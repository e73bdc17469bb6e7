"""The style law as rules over one file's text; each yields what it finds as (line, complaint)."""

import ast
from collections.abc import Callable, Iterator

Finding = tuple[int, str]
Rule = Callable[[str, ast.Module], Iterator[Finding]]

# An idea cuts a file, not its length: about 300 is a hint. A longer file than this argues for itself in EXCEPTIONS.
MAX_LINES = 400
# What connects, or holds state of a process: made in the composition root, handed on as an argument.
CLIENTS = frozenset(
    {
        "AsyncClient",
        "AsyncIOMotorClient",
        "BatchConsumer",
        "CollectorRegistry",
        "Client",
        "CompactedView",
        "EventProducer",
        "FastAPI",
        "KeyRing",
        "Mongo",
        "Outbox",
    }
)
BROAD = frozenset({"Exception", "BaseException"})


def findings(text: str, *rules: Rule) -> list[Finding]:
    tree = ast.parse(text)
    return [finding for rule in rules for finding in rule(text, tree)]


def too_long(text: str, _tree: ast.Module) -> Iterator[Finding]:
    lines = len(text.splitlines())
    if lines > MAX_LINES:
        yield lines, f"{lines} lines, more than {MAX_LINES}"


def swallowed_exceptions(_text: str, tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and all(_does_nothing(statement) for statement in node.body):
            yield node.lineno, "an exception is caught and nothing is done"
        if isinstance(node, ast.Call) and _name(node.func) == "suppress":
            for argument in node.args:
                if _name(argument) in BROAD:
                    yield node.lineno, f"suppress({_name(argument)}) hides bugs"


def module_level_clients(_text: str, tree: ast.Module) -> Iterator[Finding]:
    for node in _at_import(tree.body):
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and (_name(call.func) in CLIENTS or _name(call.func).endswith("Settings")):
                yield call.lineno, f"{_name(call.func)} is made at import"


def prints(_text: str, tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield node.lineno, "print: a service logs"


def naive_times(_text: str, tree: ast.Module) -> Iterator[Finding]:
    """The clock is an argument: nobody but the clock asks the system for the time of day."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, asked = _name(node.func.value), node.func.attr
            if (owner, asked) in {
                ("datetime", "now"),
                ("datetime", "utcnow"),
                ("date", "today"),
                ("datetime", "today"),
            }:
                yield node.lineno, f"{owner}.{asked}() instead of a Clock"


SERVICE_RULES: tuple[Rule, ...] = (too_long, swallowed_exceptions, module_level_clients, prints, naive_times)
TEST_RULES: tuple[Rule, ...] = (too_long, swallowed_exceptions)


def _at_import(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """What runs when the module is imported: not the bodies of functions, but their defaults and decorators."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (*statement.decorator_list, *statement.args.defaults)
        elif isinstance(statement, ast.ClassDef):
            yield from _at_import(statement.body)
        elif not _is_main_guard(statement):
            yield statement


def _is_main_guard(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__name__" in ast.dump(statement.test)


def _does_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
