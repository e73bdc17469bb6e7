"""An operator holds the audit trails against the cases, and against the heads that are kept outside of MongoDB."""
