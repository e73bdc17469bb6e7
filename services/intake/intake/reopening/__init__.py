"""A citizen disagrees: the case is opened again, or a bad rating becomes an appeal to the next higher office."""
