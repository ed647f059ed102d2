"""Reads of notifications and of what people want to be told."""
