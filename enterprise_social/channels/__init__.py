"""Channels: places to talk, who is in them, and what changed in each."""
