"""What ends a worker before it could commit a mistake."""


class TooManyInvalid(Exception):
    """So many invalid events in a row are our bug, not theirs."""

    safe_to_log = True


class Stalled(Exception):
    """The process stood still for so long that another worker may own its partitions by now."""

    safe_to_log = True


class LostEvents(Exception):
    """The log begins behind what was committed: it is an operator's decision to go on (``lost-events``)."""

    safe_to_log = True


class LostRecord(Exception):
    """An input record was skipped on its way here: nothing after it may be committed."""

    safe_to_log = True
