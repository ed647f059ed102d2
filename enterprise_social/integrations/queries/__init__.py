"""Reads of what is brought in."""
