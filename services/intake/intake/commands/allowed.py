"""What people may do with a case now: the command table, and what the case's own facts forbid besides.

One function decides for the check of a command and for the lists of what is allowed, so that they never differ.
"""

from event_schemas import CertificateApproved
from event_schemas.papers import PaperRule
from intake.case.model import Case
from intake.case.situation import Situation
from intake.case.states import Role
from intake.commands.certificates import approvable
from intake.commands.table import TABLE, Act, acts_by_table


def allowed_acts(situation: Situation, role: Role) -> tuple[Act, ...]:
    """The acts of which a command of that role would be accepted now, given a body that fits the case."""
    acts = acts_by_table(situation.case.state, situation.case.family, role)
    return tuple(act for act in acts if facts_allow(act, situation) and _is_of_a_post(act, situation, role))


def papers_to_approve(case: Case) -> tuple[PaperRule, ...]:
    """The papers that one of their posts may approve now, whoever looks."""
    row = next(command for command in TABLE.values() if command.event is CertificateApproved)
    return approvable(case) if row.next_state(case.state, case.family) is not None else ()


def facts_allow(act: Act, situation: Situation) -> bool:
    """Besides state and family, which are the table's."""
    command = TABLE[act]
    if command.condition is not None and not command.condition(situation):
        return False
    if command.identity is not None and not command.identity(situation.case):
        return False
    return not (command.waits_for_the_law and situation.statutory)


def _is_of_a_post(act: Act, situation: Situation, role: Role) -> bool:
    """Deciding roles are named as their posts are."""
    posts = TABLE[act].posts
    return posts is None or role.value.upper() in posts(situation)
