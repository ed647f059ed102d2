"""The entry for WSGI servers: ``gunicorn wsgi:app``."""

from __future__ import annotations

from enterprise_social import create_app

app = create_app()
