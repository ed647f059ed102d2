"""Who may reach what: every route and every socket event, for everyone who might try."""
