"""The style law holds in every file, and each of its checks can fail."""

from pathlib import Path

import pytest

from tests.architecture.source_rules import (
    MAX_LINES,
    SERVICE_RULES,
    TEST_RULES,
    Rule,
    findings,
    module_level_clients,
    naive_times,
    prints,
    swallowed_exceptions,
    too_long,
)

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("schemas", "chassis", "services", "web")
TOOLS = ("deploy", "bench", "tests")
# Path, rule and why: a reasoned exception, not a habit.
EXCEPTIONS: dict[tuple[str, Rule], str] = {
    ("chassis/chassis/clock.py", naive_times): "this is the clock",
    ("services/intake/intake/commands/table.py", too_long): "one table: a row for each command of the desk",
    (
        "chassis/chassis/kafka/pipeline.py",
        swallowed_exceptions,
    ): "a batch with a poison in it goes on, one event at a time",
}


def _python_files(*folders: str) -> list[Path]:
    files = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in files if ".venv" not in path.parts]


def _is_command(path: Path) -> bool:
    """A command line speaks to a person at a terminal: there print is the way."""
    return path.name in {"__main__.py", "cli.py"}


def _complaints(files: list[Path], rules: tuple[Rule, ...]) -> list[str]:
    made: list[str] = []
    for path in files:
        relative = str(path.relative_to(ROOT))
        held = [
            rule for rule in rules if (relative, rule) not in EXCEPTIONS and not (rule is prints and _is_command(path))
        ]
        made += [f"{relative}:{line}: {what}" for line, what in findings(path.read_text(encoding="utf8"), *held)]
    return made


def test_the_product_keeps_the_style_law() -> None:
    """No file of the product is too long, swallows an error, connects at import, prints or asks for the time."""
    files = _python_files(*PRODUCT)
    assert len(files) > 20
    assert _complaints(files, SERVICE_RULES) == []


def test_tools_and_tests_keep_the_style_law() -> None:
    """Tools may print and make clients; they too stay short and swallow nothing."""
    assert _complaints(_python_files(*TOOLS), TEST_RULES) == []


def test_every_exception_is_still_needed() -> None:
    """An exception nobody needs any more is taken out of the list."""
    for relative, rule in EXCEPTIONS:
        assert findings((ROOT / relative).read_text(encoding="utf8"), rule), f"{relative} keeps {rule.__name__} now"


@pytest.mark.parametrize(
    ("rule", "planted"),
    [
        (too_long, "x = 1\n" * (MAX_LINES + 1)),
        (swallowed_exceptions, "try:\n    f()\nexcept ValueError:\n    pass\n"),
        (swallowed_exceptions, "try:\n    f()\nexcept ValueError:\n    'it happens'\n"),
        (swallowed_exceptions, "with contextlib.suppress(Exception):\n    f()\n"),
        (module_level_clients, "producer = EventProducer('127.0.0.1:9092')\n"),
        (module_level_clients, "class A:\n    client = httpx.AsyncClient()\n"),
        (module_level_clients, "settings = IntakeSettings()\n"),
        (module_level_clients, "def f(mongo=Mongo('uri')):\n    return mongo\n"),
        (prints, "def f():\n    print('here')\n"),
        (naive_times, "def f():\n    return datetime.now(UTC)\n"),
    ],
)
def test_each_rule_finds_what_it_is_for(rule: Rule, planted: str) -> None:
    """A planted breach of the law is found."""
    assert findings(planted, rule)


@pytest.mark.parametrize(
    "fine",
    [
        "try:\n    f()\nexcept ValueError:\n    raise Fault from None\n",
        "with contextlib.suppress(asyncio.CancelledError):\n    f()\n",
        "def create_app(settings):\n    return Mongo(settings.mongo_uri)\n",
        "class IntakeSettings(ServiceSettings):\n    port: int = 1\n",
        "if __name__ == '__main__':\n    settings = IntakeSettings()\n",
        "def f(clock):\n    return clock.now()\n",
    ],
)
def test_no_rule_complains_of_good_code(fine: str) -> None:
    """What the style law allows passes every rule."""
    assert findings(fine, *SERVICE_RULES) == []
