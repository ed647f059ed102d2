"""Writes of administration."""
