"""`run`: the suite in the foreground (or as the background process of `up`) until Ctrl-C or SIGTERM."""

import asyncio
import os
import signal
import time
from pathlib import Path

from janseva_local import screen
from janseva_local.folder import DataFolder, RunRecord, RunState, describe_process
from janseva_local.options import RunOptions
from janseva_local.ports import DEFAULT_BASE, ports_from
from janseva_local.servers import Progress
from janseva_local.stack import Ports, Stack
from janseva_local.support import require_support


async def run(options: RunOptions, folder: DataFolder) -> int:
    """0 after an ordered stop. What keeps it from starting is raised, with a text for people."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopping.set)
    stack = make_stack(options, folder, progress=screen.progress)
    stack.folder.hold()
    try:
        stack.on_change(lambda: write_record(stack, "ready", detached=options.detached))
        write_record(stack, "starting", detached=options.detached)
        if await _started(stack, stopping):
            record = write_record(stack, "ready", detached=options.detached)
            if not options.detached:  # `up` shows it to the person who asked
                screen.ready(record)
            await stopping.wait()
    finally:
        began = time.monotonic()
        screen.progress("stopping")
        write_record(stack, "stopping", detached=options.detached)
        await stack.stop()
        screen.progress(f"stopped in {time.monotonic() - began:.1f} s")
    return 0


def make_stack(options: RunOptions, folder: DataFolder, *, progress: Progress) -> Stack:
    """As the command line and the environment say. Unsupported, FileNotFoundError, ValueError."""
    kafka, mongo = os.environ.get("KAFKA_BOOTSTRAP"), os.environ.get("MONGO_URI")
    require_support(kafka_given=bool(kafka), mongo_given=bool(mongo))
    return Stack(
        folder.root,
        policies=_existing(options.policies),
        ports=_ports(options),
        kafka_bootstrap=kafka or None,
        mongo_uri=mongo or None,
        secure=options.secure,
        supervised=True,
        progress=progress,
    )


def write_record(stack: Stack, state: RunState, *, detached: bool) -> RunRecord:
    """Keeps run.json true."""
    record = RunRecord(
        state=state,
        supervisor=describe_process(os.getpid()),
        detached=detached,
        policies=str(stack.policies) if stack.policies else None,
        kafka_bootstrap=stack.kafka_bootstrap,
        mongo_uri=stack.mongo_uri,
        secured=stack.secured is not None,
        urls=stack.urls if stack.parts else {},
        processes={
            name: describe_process(part.pid, port=stack.ports[name], restarts=part.restarts, gave_up=part.gave_up)
            for name, part in stack.parts.items()
        },
        seconds={name: round(seconds, 1) for name, seconds in stack.seconds.items()},
    )
    stack.folder.write_record(record)
    return record


async def _started(stack: Stack, stopping: asyncio.Event) -> bool:
    """False if a signal came before the suite was ready."""
    start = asyncio.create_task(stack.start())
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait((start, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not start.done():
        start.cancel()
        await asyncio.wait((start,))
        return False
    start.result()
    return True


def _ports(options: RunOptions) -> Ports:
    if options.free_ports:
        return "free"
    return ports_from(options.port_base or DEFAULT_BASE)


def _existing(policies: Path | None) -> Path | None:
    if policies is None:
        return None
    if not policies.is_file():
        raise FileNotFoundError(f"there is no policy file {policies}")
    return policies.resolve()
