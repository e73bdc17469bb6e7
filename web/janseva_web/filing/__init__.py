"""Filing: a service's form drawn from the catalogue, a step a page, nothing kept here between them."""
