"""SLA monitor: no promise is missed unseen, none reported twice."""
