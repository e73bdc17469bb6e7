"""The commands of operators: policies, lost-events, audit."""
