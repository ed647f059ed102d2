"""Posts and threads: what is said, edited, pinned, deleted."""
