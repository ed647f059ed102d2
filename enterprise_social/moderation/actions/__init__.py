"""Writes of moderation, by noun. An actor of None is the installation itself."""
