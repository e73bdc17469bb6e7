"""What the workers and the ledger both need: the policies, the directory of posts, who may read a case."""
