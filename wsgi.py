"""The entry for WSGI servers: ``gunicorn -k gevent -w 1 wsgi:app``, one for each core."""

from __future__ import annotations

import sys

from enterprise_social import create_app
from enterprise_social.config import ConfigError
from enterprise_social.serving import join_in

# By this status gunicorn knows that it is of no use to try again.
CANNOT_BE_LOADED = 4

try:
    app = create_app()
except ConfigError as error:
    sys.stderr.write(f"enterprise-social: {error}\n")
    sys.exit(CANNOT_BE_LOADED)
join_in(app)
