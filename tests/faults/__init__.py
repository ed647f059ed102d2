"""Killed processes, restarts, a locked database: what was confirmed stays, once and in order."""
