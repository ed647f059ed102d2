"""Accounts: sign-in, sessions, passwords, invitations, tokens, identity."""
