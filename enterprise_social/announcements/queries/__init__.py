"""Reads of announcements: lists, the board, the settings."""
