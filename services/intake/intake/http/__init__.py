"""What intake's routes share: bodies, answers, cursors."""
