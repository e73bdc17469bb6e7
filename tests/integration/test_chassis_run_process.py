"""Running a service as a process: signals and exit statuses."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from fastapi import FastAPI

from chassis.run import serve
from chassis.settings import ServiceSettings

PROGRAM = """
    import asyncio, sys
    from contextlib import asynccontextmanager
    from datetime import timedelta
    from prometheus_client import CollectorRegistry
    from chassis.health import Liveness
    from chassis.http.app import create_http_app
    from chassis.telemetry.logs import configure_logging
    from chassis.run import Background, serve
    from chassis.settings import ServiceSettings

    configure_logging("svc")
    background = Background()
    stop = asyncio.Event()

    async def work():
        print("working", flush=True)
        {work}

    background.add("worker", work, stop=stop.set)

    @asynccontextmanager
    async def lifespan(app):
        await background.start()
        yield
        await background.stop()
        print("closed", flush=True)

    app = create_http_app(title="t", version="1", lifespan=lifespan, liveness=Liveness(timedelta(seconds=5)),
                          checks={{}}, registry=CollectorRegistry(), routers=[])
    sys.exit(serve(app, ServiceSettings(mongo_database="x", http_port=0)))
"""


def _start(tmp_path: Path, work: str) -> subprocess.Popen[str]:
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(PROGRAM).format(work=work))
    return subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _wait_for(process: subprocess.Popen[str], expected: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if expected in line:
            return
    raise AssertionError(f"{expected} was never printed")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_service_gracefully(tmp_path: Path, number: signal.Signals) -> None:
    """Asked to stop, it lets its tasks finish, closes, and exits with 0."""
    process = _start(tmp_path, "await stop.wait(); print('finished', flush=True)")
    _wait_for(process, "startup complete")
    process.send_signal(number)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "finished" in out
    assert "closed" in out


def test_a_task_that_will_not_end_is_cancelled(tmp_path: Path) -> None:
    """A stuck task delays the end by its grace and no longer."""
    process = _start(tmp_path, "await asyncio.sleep(1000)")
    _wait_for(process, "startup complete")
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.parametrize("work", ["await asyncio.sleep(0.5); raise KeyError('Sita Devi')", "await asyncio.sleep(0.5)"])
def test_a_dying_task_ends_the_process_with_status_1(tmp_path: Path, work: str) -> None:
    """A service without its consumer is no service: it closes and leaves the rest to its supervisor."""
    process = _start(tmp_path, work)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 1, errors
    assert "background_task_died" in out
    assert "closed" in out
    assert "Sita" not in out + errors


def test_a_port_in_use_is_a_failed_start() -> None:
    """serve() does not claim success when it never served."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        assert serve(FastAPI(), ServiceSettings(mongo_database="x", http_port=port)) == 1
