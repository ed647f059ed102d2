"""Makes pictures and text of files, in a process that a hostile file may bring down alone."""
