"""JSON logs on stdout: a constant event name plus keywords, context bound once, personal data redacted."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO, cast

import orjson
import structlog
from structlog.contextvars import bind_contextvars, merge_contextvars, reset_contextvars
from structlog.stdlib import ProcessorFormatter
from structlog.typing import FilteringBoundLogger, Processor

from chassis.telemetry.redaction import redact_event
from chassis.telemetry.tracing import current_traceparent

_NOISY = {"aiokafka": logging.ERROR, "pymongo": logging.WARNING, "httpx": logging.WARNING, "faust": logging.INFO}


def configure_logging(service: str, level: str = "info", stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's records as JSON lines to `stream` (stdout)."""
    shared: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _service_adder(service),
        _add_trace,
        _exception_without_message,
        redact_event,
    ]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared[:2], *shared[3:], ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer(_dumps)],
        )
    )
    handler.addFilter(_Seldom())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for name, least in _NOISY.items():
        logging.getLogger(name).setLevel(max(least, number))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def get_logger(name: str) -> FilteringBoundLogger:
    """A logger: log.info("complaint_accepted", case_id=...)."""
    return cast("FilteringBoundLogger", structlog.stdlib.get_logger(name))


class _Seldom(logging.Filter):
    """Lets a client library repeat the same complaint once in ten seconds: an outage is not a flood of lines."""

    _sources = ("aiokafka", "pymongo", "faust", "mode")
    _every = 10.0

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] not in self._sources or record.levelno < logging.WARNING:
            return True
        key = (record.name, str(record.msg))
        if record.created - self._last.get(key, 0.0) < self._every:
            return False
        self._last[key] = record.created
        return True


@contextmanager
def bind(**values: object) -> Iterator[None]:
    """Add keywords to every record logged inside, also by callees and awaited tasks."""
    tokens = bind_contextvars(**values)
    try:
        yield
    finally:
        reset_contextvars(**tokens)


def _dumps(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _service_adder(service: str) -> Processor:
    def add(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    return add


def _add_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    traceparent = current_traceparent()
    if traceparent is not None:
        event["trace_id"] = traceparent.split("-")[1]
    return event


def _exception_without_message(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep an error's kind and frames. Its text may quote a person's data (a validator's input, a duplicate key)."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info if isinstance(info, BaseException) else info[1] if isinstance(info, tuple) else None
    if error is not None:
        event["error"] = describe_error(error)
        event["frames"] = _frames(error)
    return event


def describe_error(error: BaseException) -> str:
    """The kinds of an error and its causes; the text only where it is known to quote nobody."""
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None and len(parts) < 5:
        kind = type(current).__name__
        safe = isinstance(current, OSError) or getattr(current, "safe_to_log", False)
        parts.append(f"{kind}: {current}" if safe else kind)
        current = current.__cause__
    return " <- ".join(parts)


def _frames(error: BaseException) -> list[str]:
    frames: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/site-packages/', 1)[-1]}:{trace.tb_lineno} {code.co_qualname}")
        trace = trace.tb_next
    return frames[-25:]
