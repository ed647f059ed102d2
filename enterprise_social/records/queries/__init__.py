"""Reads of what is kept, held, given out and erased."""
