"""The rules of the clocks: (record of a case, event, policies) -> (record, events). No clock, network or disk."""
