"""What was known, and whether it was right. Replay folds what was recorded and runs no rule."""
