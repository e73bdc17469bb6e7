"""The desk: officers list, read, reveal and command cases, and receive visitors."""
