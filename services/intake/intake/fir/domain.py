"""What a case's own record says of its information and its FIR, and what the law makes of it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from chassis.sentences import When, facts_of_answers
from chassis.settings import load_yaml
from event_schemas import FIRDeclined, FIRPublished, FIRRegistered, InformationSigned, PreliminaryEnquiryOrdered
from event_schemas.values import Post, PublicationPortal
from intake.case import past
from intake.case.model import Case
from intake.case.situation import Situation

SIGNATURE_CLOCK: Final = "efir_signature"
PERMITTING: Final = frozenset({Post.SDPO, Post.SP, Post.DIG, Post.HQ})
"""BNSS 173(3): not below the rank of a Deputy Superintendent."""


class Bar(BaseModel):
    """Why no enquiry may stand before the FIR."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bar: Literal["sc_st", "child", "missing_child"]
    when: When
    source: str


BARS: Final = TypeAdapter(tuple[Bar, ...]).validate_python(load_yaml(Path(__file__).with_name("enquiry_barred.yaml")))
MISSING_CHILD: Final = next(one.when for one in BARS if one.bar == "missing_child")
AFTER_FIR, ORDERED, NO_OFFENCE = "after_fir", "ordered", "no_offence"
"""Why there is no enquiry, besides the bars of the law."""


def registered(case: Case) -> Mapping[str, str] | None:
    """The facts of the newest FIR of the case."""
    found = (entry.params for entry in reversed(case.history) if entry.event == FIRRegistered.type)
    return next(found, None)


def is_zero(fir: Mapping[str, str] | None) -> bool:
    """A zero FIR, which the receiving station's own number completes."""
    return fir is not None and fir.get("zero_fir") == "true"


def may_register(situation: Situation) -> bool:
    fir = registered(situation.case)
    return fir is None or is_zero(fir)


def publishable(case: Case) -> tuple[str, ...]:
    """Where the case may still be put online: a missing child with or before its FIR, any FIR but a sensitive one."""
    there = {entry.params.get("portal") for entry in case.history if entry.event == FIRPublished.type}
    portals = {
        PublicationPortal.MISSING_CHILDREN.value: MISSING_CHILD.holds(_facts(case)),
        # Youth Bar Association v. Union of India, 2016: sensitive FIRs are not put online.
        PublicationPortal.FIR_ONLINE.value: registered(case) is not None and not case.sensitive,
    }
    return tuple(portal for portal, may_be in portals.items() if may_be and portal not in there)


def may_publish(situation: Situation) -> bool:
    return bool(publishable(situation.case))


def may_decline(situation: Situation) -> bool:
    """Emitted once in a round, and never of what is registered."""
    return registered(situation.case) is None and not _in_round(situation.case, FIRDeclined.type)


def is_signed(case: Case) -> bool:
    return _in_round(case, InformationSigned.type)


def may_sign(situation: Situation) -> bool:
    return not is_signed(situation.case) and registered(situation.case) is None


def may_e_sign(situation: Situation) -> bool:
    """Information that has a time to be signed; what was given by word of mouth has none."""
    return may_sign(situation) and signature_due(situation.case) is not None


def may_order_enquiry(situation: Situation) -> bool:
    return barred(situation) is None


def barred(situation: Situation) -> str | None:
    """Why no enquiry may be ordered: a bar of the law, or one of this module's; None if none holds."""
    case = situation.case
    if registered(case) is not None:
        return AFTER_FIR
    if any(entry.event == PreliminaryEnquiryOrdered.type for entry in case.history):
        return ORDERED
    facts = _facts(case)
    by_law = next((one.bar for one in BARS if one.when.holds(facts)), None)
    return by_law or (None if _is_enquirable(situation) else NO_OFFENCE)


def _is_enquirable(situation: Situation) -> bool:
    """The policies name a time for an enquiry into what this service brings."""
    return bool(situation.policies.matchers_of(PreliminaryEnquiryOrdered.type, situation.case.service_code))


def signature_due(case: Case) -> datetime | None:
    """By when the information was to be signed, ended or not; None where no such time was promised."""
    records = (view.record for view in case.clocks.values())
    known = [record.due_at for record in records if record is not None and record.clock == SIGNATURE_CLOCK]
    return next(iter(known or [due.due_at for due in case.due if due.clock == SIGNATURE_CLOCK]), None)


def _in_round(case: Case, event: str) -> bool:
    return any(entry.event == event for entry in past.newest_of_round(case))


def _facts(case: Case) -> dict[str, str]:
    named = {"service_code": case.service_code, "category": case.category}
    return facts_of_answers(case.attributes) | {name: value for name, value in named.items() if value}
