"""Lets ``python -m enterprise_social`` do what the console script does."""

from __future__ import annotations

from enterprise_social.cli import main

main()
