"""The receipt of a filing, which opens its case without a login."""

from typing import Annotated

from fastapi import Depends, Header

from chassis.http.openapi import RECEIPT, guards


@guards(RECEIPT)
async def receipt_of(receipt: Annotated[str | None, Header(alias="X-Receipt", max_length=200)] = None) -> str | None:
    """What stands in X-Receipt; whether it opens the case says the case."""
    return receipt


Receipt = Annotated[str | None, Depends(receipt_of)]
