"""Appeals: a case that was rated badly, brought before the next higher office as a complaint linked to it."""
