"""A development officer's token: `python -m intake token --role sho --station CODE` prints it and nothing else."""

import argparse
import sys
from datetime import timedelta
from pathlib import Path

import jwt
from pydantic import ValidationError

from chassis.clock import SystemClock
from chassis.commands import run_command
from chassis.http.access.tokens import issue_officer_token
from chassis.settings import LOCAL_ISSUER
from event_schemas.officers import Officer, OfficerRole

TTL = timedelta(hours=12)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m intake token", description=__doc__)
    parser.add_argument("--role", required=True, choices=[role.value for role in OfficerRole])
    parser.add_argument("--station", help="station code, for sho, io and counter")
    parser.add_argument("--district", help="police district, for sdpo and sp")
    parser.add_argument("--post", help="default: the role's post, such as SHO:<station>")
    parser.add_argument("--sub", help="default: dev-<role>-<place>")
    parser.add_argument(
        "--key-file", type=Path, required=True, help="private JWK of the local issuer (OFFICER_SIGNING_KEY_FILE)"
    )
    options = parser.parse_args(arguments)
    place = options.station or options.district
    if place is None and options.role not in ("dispatcher", "hq"):
        parser.error(f"a {options.role} needs --station or --district")
    try:
        officer = Officer(
            sub=options.sub or f"dev-{options.role}-{place or 'bihar'}",
            role=OfficerRole(options.role),
            post=options.post or default_post(options.role, place),
            station=options.station,
            district=options.district,
        )
    except ValidationError as error:
        parser.error("; ".join(str(fault["msg"]) for fault in error.errors()))
    return run_command("intake", lambda: _print_token(options.key_file, officer), refusals=(NoKey,))


class NoKey(Exception):
    """The file holds no private key to sign with."""


def _print_token(key_file: Path, officer: Officer) -> int:
    try:
        token = issue_officer_token(key_file.read_text("utf-8"), officer, LOCAL_ISSUER, SystemClock().now(), TTL)
    except (ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError):
        raise NoKey(f"not done: {key_file}: holds no private key as a JWK") from None
    sys.stdout.write(token + "\n")
    return 0


def default_post(role: str, place: str | None) -> str:
    """The post an officer of this role holds: an investigating officer and a counter act for their SHO's station."""
    if role in ("dispatcher", "hq") or place is None:
        return "HQ:control-room"
    return {"sdpo": "SDPO", "sp": "SP"}.get(role, "SHO") + f":{place}"
