"""Events, topics, policies and ids that Janseva services share."""
