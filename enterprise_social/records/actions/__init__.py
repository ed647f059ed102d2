"""Writes of keeping, holding, giving out and erasing."""
