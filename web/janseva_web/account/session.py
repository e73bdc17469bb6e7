"""A citizen's session: his tokens in one sealed cookie, refreshed before they end."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from janseva_web.suite.client import Refused
from janseva_web.suite.services import Citizens
from janseva_web.suite.shapes import Tokens
from janseva_web.visit import CITIZEN, RECEIPTS, Visit

# A form that is begun now is sent within some minutes.
SPARE: Final = timedelta(minutes=2)
# Refusals after which the tokens are worth nothing.
ENDED: Final = frozenset({400, 401, 403})


def keep_tokens(visit: Visit, tokens: Tokens) -> None:
    ends = visit.now + timedelta(seconds=tokens.expires_in)
    visit.keep(CITIZEN, {"access": tokens.access_token, "refresh": tokens.refresh_token, "ends": int(ends.timestamp())})


async def citizen_token(visit: Visit, citizens: Citizens) -> str | None:
    """The access token; None if nobody is logged in, or no longer."""
    kept = visit.cookie(CITIZEN)
    if kept is None:
        return None
    if kept["ends"] - visit.now.timestamp() > SPARE.total_seconds():
        return str(kept["access"])
    try:
        tokens = await citizens.refresh(str(kept["refresh"]), visit.asker())
    except Refused as refused:
        if refused.status not in ENDED:
            raise
        visit.drop(CITIZEN)
        return None
    keep_tokens(visit, tokens)
    return tokens.access_token


async def end_session(visit: Visit, citizens: Citizens) -> None:
    """Log out at intake too; the browser forgets tokens and receipts even if intake cannot be reached."""
    kept = visit.cookie(CITIZEN)
    visit.drop(CITIZEN)
    visit.drop(RECEIPTS)
    if kept is None:
        return
    try:
        await citizens.log_out(str(kept["refresh"]), visit.asker())
    except Refused as refused:
        if refused.status not in ENDED:
            raise
