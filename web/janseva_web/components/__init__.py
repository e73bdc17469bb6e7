"""One page that renders every component, for whoever changes one."""
