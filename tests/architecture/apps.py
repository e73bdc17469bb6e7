"""Every program's app, with the tests' clock and the tests' officers; nothing connects yet."""

from datetime import UTC, datetime
from functools import cache

from deploy.openapi.apps import program_app
from fastapi import FastAPI

from tests.issuer import access
from tests.manual_clock import ManualClock

CLOCK = ManualClock(datetime(2026, 11, 1, tzinfo=UTC))


@cache
def app_of(program: str) -> FastAPI:
    """To be read; what asks it makes one of its own, which is young enough to be alive."""
    return made_app(program)


def made_app(program: str) -> FastAPI:
    return program_app(program, CLOCK, access())
