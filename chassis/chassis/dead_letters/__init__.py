"""Dead letters: what services put aside, listed, shown and replayed by an operator."""
