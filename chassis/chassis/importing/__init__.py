"""Files of operators: read as tables, their codes, days and names judged, and what was found in them reported."""
