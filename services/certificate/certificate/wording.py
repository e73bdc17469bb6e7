"""The words of each kind of certificate. Each states what it certifies, on what basis, and what it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from .page import INDIA, Frozen, Page, Row, Text, clean, india_date, india_time, post_name, row

KIND_TITLES: Mapping[str, Text] = {
    "character": Text(hi="चरित्र प्रमाण पत्र", en="Character Certificate"),
    "lost-report": Text(hi="खोई वस्तु की सूचना का प्रतिवेदन", en="Lost Property Report"),
}


_EARLIEST = date(1900, 1, 1)
_LATER = "दी गई तिथि इस कागज के बाद की है, इसलिए नहीं छापी गई / The date given lies after this paper and is not printed"
_UNREADABLE = "दी गई तिथि पढ़ी नहीं जा सकी / The date given could not be read"
# A phone's clock may run a little ahead of the server's.
_CLOCK_ERROR = timedelta(minutes=5)


def _said(value: str, _issued_at: datetime) -> str:
    return value


def _purpose(value: str, _issued_at: datetime) -> str:
    return _both(_PURPOSES.get(value), value)


def _item(value: str, _issued_at: datetime) -> str:
    return _both(_ITEMS.get(value), value)


def _day(value: str, issued_at: datetime) -> str:
    """A date such as 2026-11-22 in words; one after the paper's own is no fact and is not printed as one."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return _UNREADABLE
    if day < _EARLIEST:
        return _UNREADABLE
    if day > issued_at.astimezone(INDIA).date():
        return _LATER
    return _both(india_date(datetime.combine(day, time(12), INDIA)), value)


def _moment(value: str, issued_at: datetime) -> str:
    """A time in words, in India's zone; one after the paper's own is no fact and is not printed as one."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return _UNREADABLE
    at = at.replace(tzinfo=INDIA) if at.tzinfo is None else at
    if at > issued_at + _CLOCK_ERROR:
        return _LATER
    if at < datetime.combine(_EARLIEST, time(), INDIA):
        return _UNREADABLE
    on = india_date(at)
    return f"{on.hi}, {india_time(at)} / {on.en}"


def _both(text: Text | None, value: str) -> str:
    return f"{text.hi} / {text.en}" if text is not None else value


class _Shown(NamedTuple):
    """An attribute of the application that stands on the certificate; all others stay sealed."""

    key: str
    hi: str
    en: str
    say: Callable[[str, datetime], str] = _said


_PERSON_ATTRIBUTES = (
    _Shown("father_name", "पिता का नाम", "Father's name"),
    _Shown("date_of_birth", "जन्म तिथि", "Date of birth", _day),
    _Shown("present_address", "वर्तमान पता", "Present address"),
    _Shown("residence_since", "इस पते पर कब से", "Residing since", _day),
    _Shown("purpose", "प्रयोजन", "Purpose", _purpose),
)
_LOSS_ATTRIBUTES = (
    _Shown("item", "खोई वस्तु", "Article lost", _item),
    _Shown("item_description", "वस्तु का विवरण", "Description"),
    _Shown("imei", "IMEI", "IMEI of the phone"),
    _Shown("document_number", "दस्तावेज संख्या", "Document number"),
    _Shown("lost_at", "कब खोई", "Lost on", _moment),
    _Shown("lost_place", "कहाँ खोई", "Place of loss"),
)
_PURPOSES: Mapping[str, Text] = {
    "employment": Text(hi="रोजगार", en="Employment"),
    "education": Text(hi="शिक्षा", en="Education"),
    "licence": Text(hi="लाइसेंस", en="Licence"),
    "tender": Text(hi="निविदा", en="Tender"),
    "visa": Text(hi="वीजा", en="Visa"),
    "other": Text(hi="अन्य", en="Other"),
}
_ITEMS: Mapping[str, Text] = {
    "mobile_phone": Text(hi="मोबाइल फोन", en="Mobile phone"),
    "sim_card": Text(hi="सिम कार्ड", en="SIM card"),
    "document": Text(hi="दस्तावेज", en="Document"),
    "identity_card": Text(hi="पहचान-पत्र", en="Identity card"),
    "vehicle_paper": Text(hi="वाहन के कागजात", en="Vehicle papers"),
    "wallet": Text(hi="बटुआ", en="Wallet"),
    "bag": Text(hi="बैग", en="Bag"),
    "jewellery": Text(hi="आभूषण", en="Jewellery"),
    "laptop": Text(hi="लैपटॉप", en="Laptop"),
    "key": Text(hi="चाबी", en="Key"),
    "other": Text(hi="अन्य वस्तु", en="Other article"),
}


class Applicant(Frozen):
    """What the sealed part of an application says of a person; any of it may be missing."""

    name: str | None = None
    address: str | None = None
    description: str | None = None
    attributes: Mapping[str, str] = {}


class Application(Frozen):
    """The public side of the case a certificate rests on."""

    tracking_number: str
    filed_at: datetime
    station: str | None = None
    district: str | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None


class Printed(Frozen):
    """What a certificate carries of itself."""

    number: str
    issued_at: datetime
    verify_url: str
    qr: str


def character_page(applicant: Applicant, application: Application, printed: Printed) -> Page:
    place = _place(application)
    number = application.tracking_number
    who = (
        Text(hi="ऊपर नामित आवेदक", en="the applicant named above")
        if clean(applicant.name or "")
        else Text(hi=f"आवेदन संख्या {number} के आवेदक", en=f"the applicant of application {number}")
    )
    approved = application.approved_at or printed.issued_at
    on, post = india_date(approved), post_name(application.approved_by or "")
    by = Text(hi=f"{post.hi} द्वारा ", en=f" by the {post.en}") if post.en else Text(hi="", en="")
    statement = (
        Text(
            hi=f"प्रमाणित किया जाता है कि {who.hi} का सत्यापन {place.hi} के माध्यम से कराया गया। "
            "उपलब्ध पुलिस अभिलेखों में आवेदक के विरुद्ध कोई प्रतिकूल तथ्य नहीं पाया गया।",
            en=f"This is to certify that {who.en} was verified through {place.en}. "
            "Nothing adverse against the applicant was found in the police records available.",
        ),
        Text(
            hi=f"{by.hi}दिनांक {on.hi} को स्वीकृत। यह प्रमाण पत्र इसी तिथि तक के अभिलेखों पर आधारित है; "
            "यह पहचान, पते या नागरिकता का प्रमाण नहीं है।",
            en=f"Approved{by.en} on {on.en}. It rests on the records up to that date; "
            "it is not proof of identity, address or citizenship.",
        ),
    )
    rows = (
        *row("आवेदक का नाम", "Name of applicant", applicant.name),
        *_attributes(applicant, _PERSON_ATTRIBUTES, printed.issued_at),
        *row("पता", "Address", applicant.address),
        *_application_rows(application),
    )
    title = KIND_TITLES["character"]
    number_label = Text(hi="प्रमाण पत्र संख्या", en="Certificate No.")
    return _page(title, number_label, rows, statement, printed)


def lost_report_page(applicant: Applicant, application: Application, printed: Printed) -> Page:
    at = application.filed_at
    on, at_time = india_date(at), india_time(at)
    named = bool(clean(applicant.name or ""))
    informant = (
        Text(hi="ऊपर नामित सूचक", en="The informant named above") if named else Text(hi="सूचक", en="The informant")
    )
    statement = (
        Text(
            hi=f"{informant.hi} ने {on.hi} को {at_time} पर जनसेवा के माध्यम से सूचना दी कि ऊपर वर्णित वस्तु खो गई है। "
            "यह प्रतिवेदन उस सूचना के दर्ज होने का प्रमाण है।",
            en=f"{informant.en} reported through Janseva on {on.en} at {at_time} that the article described "
            "above has been lost. This report shows that the information was recorded.",
        ),
        Text(
            hi="यह प्राथमिकी (FIR) नहीं है। यह सूचना की सत्यता या वस्तु के स्वामित्व को प्रमाणित नहीं करता। "
            "वस्तु चोरी हुई हो तो ई-प्राथमिकी दर्ज कराएँ। संबंधित थाना तय होने पर सत्यापन पृष्ठ पर दिखता है।",
            en="It is not a First Information Report (FIR). It certifies neither the truth of the information nor "
            "ownership. If the article was stolen, file an e-FIR. "
            "Once it is settled, the station concerned is shown on the verification page.",
        ),
    )
    rows = (
        *row("सूचक का नाम", "Name of informant", applicant.name),
        *row("पता", "Address", applicant.address),
        *_attributes(applicant, _LOSS_ATTRIBUTES, printed.issued_at),
        *row("सूचना का विवरण", "Information given", applicant.description),
        *_application_rows(application),
    )
    title = KIND_TITLES["lost-report"]
    number_label = Text(hi="प्रतिवेदन संख्या", en="Report No.")
    return _page(title, number_label, rows, statement, printed)


def _attributes(applicant: Applicant, wanted: tuple[_Shown, ...], issued_at: datetime) -> tuple[Row, ...]:
    found = ((shown, applicant.attributes.get(shown.key, "")) for shown in wanted)
    return tuple(r for shown, value in found if value for r in row(shown.hi, shown.en, shown.say(value, issued_at)))


def _application_rows(application: Application) -> tuple[Row, ...]:
    filed = india_date(application.filed_at)
    return (
        *row("थाना", "Police station", application.station),
        *row("जिला", "District", application.district),
        *row("आवेदन संख्या", "Application No.", application.tracking_number),
        *row("आवेदन की तिथि", "Applied on", f"{filed.hi} / {filed.en}"),
    )


def _place(application: Application) -> Text:
    if application.station is None:
        return Text(hi="बिहार पुलिस", en="Bihar Police")
    station = clean(application.station)
    return Text(hi=f"थाना {station}", en=f"the police station {station}")


def _page(
    title: Text, number_label: Text, rows: tuple[Row, ...], statement: tuple[Text, ...], printed: Printed
) -> Page:
    notes = (
        Text(
            hi="यह कंप्यूटर-जनित दस्तावेज है। इस पर हस्ताक्षर या मुहर नहीं है।",
            en="This is a computer-generated document. It bears no signature or seal.",
        ),
        Text(
            hi="मान्य है या नहीं, यह QR कोड स्कैन करके या नीचे दिए पते पर जाँचें। सत्यापन पृष्ठ पर नाम नहीं दिखता।",
            en="Check whether it is valid by scanning the QR code or at the address below. That page shows no name.",
        ),
    )
    return Page.model_validate(
        {
            "title": title,
            "number-label": number_label,
            "number": printed.number,
            "date": india_date(printed.issued_at),
            "rows": rows,
            "statement": statement,
            "notes": notes,
            "verify-url": printed.verify_url,
            "qr": printed.qr,
        }
    )
