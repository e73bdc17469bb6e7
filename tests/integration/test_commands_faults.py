"""Every command that a person runs, with each fault that he can mend: one sentence, a status, no traceback.

The commands run in this process, as `python -m` runs them: starting thirty interpreters would take minutes.
"""

import json
import logging
import os
import runpy
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from janseva_local.ports import free_port

ROUTING: Final = {
    "versions": (),
    "switch": ("v-1", "--by", "hq", "--why", "new"),
    "rollback": ("--by", "hq", "--why", "wrong"),
    "what-if": ("v-1",),
    "map": (),
}
ASKS_MONGO: Final = [("routing", name, *more) for name, more in ROUTING.items()]
COUNTS_IN_MONGO: Final = [("intake", "outbox"), ("notifier", "outbox"), ("janseva_cli", "outbox")]
ASKS_KAFKA: Final = [
    ("janseva_cli", "topics", "list"),
    ("janseva_cli", "topics", "create"),
    ("chassis", "dead-letters", "list"),
    ("chassis", "dead-letters", "show", "--topic", "cases.routine", "--at", "0:0"),
    ("chassis", "dead-letters", "replay", "--topic", "cases.routine", "--service", "routing"),
]
READS: Final = [
    ("notifier", "lint", "/nope.yaml"),
    ("certificate", "lint", "/nope.yaml"),
    ("certificate", "lint", "--catalogue", "/nope.json"),
    ("intake", "token", "--role", "dispatcher", "--key-file", "/nope.jwk"),
    ("routing", "import-stations", "/nope.csv"),
    ("routing", "import-boundaries", "/nope.geojson"),
    ("routing", "import-lines", "/nope.geojson"),
]
# That a server is away is known before the drivers' own patience of 30 s and more would end, on a loaded machine too.
PATIENCE: Final = 25
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Status, standard output and standard error of a command with these variables."""
    kafka = logging.getLogger("aiokafka")
    level = kafka.level

    def run_(*command: str, **environment: str) -> tuple[int, str, str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", list(command))
        # Another test may have imported it; it is run anew.
        monkeypatch.delitem(sys.modules, f"{command[0]}.__main__", raising=False)
        with pytest.raises(SystemExit) as ended:
            runpy.run_module(command[0], run_name="__main__")
        written = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, written.out, written.err

    yield run_
    kafka.setLevel(level)


def named(command: tuple[str, ...]) -> str:
    return " ".join(command)


@pytest.mark.parametrize("command", [*ASKS_MONGO, *COUNTS_IN_MONGO], ids=named)
def test_mongodb_away_or_with_another_password(command: tuple[str, ...], mongo_uri: str, run: Run) -> None:
    """The sentence names the setting, and never the password in it."""
    away = f"mongodb://anna:secret@127.0.0.1:{free_port()}/"
    refused = mongo_uri.replace("mongodb://", "mongodb://anna:secret@", 1)
    for uri in (away, refused):
        began = time.monotonic()
        status, out, err = run(*command, MONGO_URI=uri)
        assert (status, out, err.count("\n")) == (1, "", 1), err
        assert "MONGO_URI" in err
        assert "secret" not in err
        assert time.monotonic() - began < PATIENCE


@pytest.mark.parametrize("command", ASKS_KAFKA, ids=named)
def test_kafka_away(command: tuple[str, ...], run: Run) -> None:
    """One sentence that names the setting."""
    began = time.monotonic()
    status, out, err = run(*command, KAFKA_BOOTSTRAP=f"127.0.0.1:{free_port()}")
    assert (status, out, err.count("\n")) == (1, "", 1), err
    assert "KAFKA_BOOTSTRAP" in err
    assert time.monotonic() - began < PATIENCE


@pytest.mark.parametrize("command", READS, ids=named)
def test_a_file_that_is_not_there(command: tuple[str, ...], mongo_uri: str, run: Run) -> None:
    """The sentence names the file."""
    status, _, err = run(*command, MONGO_URI=mongo_uri, MONGO_DATABASE="t_commands")
    assert (status, err.count("\n")) == (1, 1), err
    assert command[-1] in err


@pytest.mark.parametrize("command", ASKS_MONGO, ids=named)
def test_a_wrong_setting(command: tuple[str, ...], run: Run) -> None:
    """Status 2, the variable's name and not what it holds."""
    status, out, err = run(*command, HTTP_PORT="8o8o")
    assert (status, out, err.count("\n")) == (2, "", 1), err
    assert "HTTP_PORT" in err
    assert "8o8o" not in err


@pytest.mark.parametrize("key", ["", "{}", "[]", json.dumps({"kty": "OKP"})])
def test_a_key_that_is_none(key: str, tmp_path: Path, run: Run) -> None:
    """The sentence names the file, and nothing that is in it."""
    file = tmp_path / "key.jwk"
    file.write_text(key)
    status, out, err = run("intake", "token", "--role", "dispatcher", "--key-file", str(file))
    assert (status, out, err.count("\n")) == (1, "", 1), err
    assert str(file) in err


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("notifier", "lint"), "not all was written: who read it has gone\n"),
        # rich ends the process itself, and in silence.
        (("janseva_local", "status"), ""),
    ],
    ids=["notifier lint", "janseva_local status"],
)
def test_a_reader_that_has_gone(command: tuple[str, ...], sentence: str) -> None:
    """As `head` goes: no traceback, and a status that says that not all was written."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        process = subprocess.run(
            (sys.executable, "-m", *command), stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    finally:
        os.close(writing)
    assert (process.returncode, process.stderr) == (1, sentence)
