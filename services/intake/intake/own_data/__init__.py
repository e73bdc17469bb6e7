"""A person's own data: their export, and the request to erase them that a named post decides."""
