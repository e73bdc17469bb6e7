"""The officers' desk: login at their issuer, the inbox of an office, a case with what may be done now."""
