"""A citizen follows a case: by its receipt, by a login, live."""
