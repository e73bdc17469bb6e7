"""The offices of the police, as `directory.posts` lists them."""
