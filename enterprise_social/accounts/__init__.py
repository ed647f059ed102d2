"""Accounts: sign-in, sessions, passwords, invitations, access tokens."""
