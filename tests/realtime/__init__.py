"""Sockets as real clients see them: two libraries, real servers, real services."""
