"""People: names, rights, changes, the directory."""
