"""Administration: people, roles, invitations."""
