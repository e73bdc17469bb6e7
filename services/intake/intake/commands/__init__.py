"""What people do with a case: the command table, the check of a command and its one guarded write."""
