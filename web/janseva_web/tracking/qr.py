"""What opens a case without a login, as an address and as a picture; the secret stands behind the # alone."""

from __future__ import annotations

import io
from dataclasses import dataclass

import segno
from markupsafe import Markup

from janseva_web.visit import Receipt

SEPARATOR = "~"


@dataclass(frozen=True, slots=True)
class Receipts:
    """`public_url` is where a phone that reads the picture goes. A browser never sends what stands behind #."""

    public_url: str

    def address(self, receipt: Receipt) -> str:
        return f"{self.public_url}/track#{receipt.number}{SEPARATOR}{receipt.secret}"

    def picture(self, receipt: Receipt) -> Markup:
        """An SVG element drawn by segno: lines alone, nothing of it is text."""
        drawn = io.BytesIO()
        code = segno.make(self.address(receipt), error="m")
        code.save(drawn, kind="svg", xmldecl=False, svgns=True, svgclass="qr", lineclass=None, omitsize=True, border=2)
        return Markup(drawn.getvalue().decode())  # noqa: S704  a drawing of ours
