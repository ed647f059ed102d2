"""The entry for WSGI servers: ``gunicorn -k gevent -w 1 wsgi:app``, one for each core."""

from __future__ import annotations

from enterprise_social import create_app
from enterprise_social.serving import join_in

app = create_app()
join_in(app)
