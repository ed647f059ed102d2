"""nginx as the proxy in front of several server processes, as in production."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.services.process import Process, free_port, listening

# One client stays with one process: Socket.IO's long polling needs that.
TEMPLATE = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_max_body_size 8m;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
  upstream app {{
    hash $cookie_es_session$http_authorization$http_user_agent consistent;
{servers}
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_buffering off;
      proxy_read_timeout 120s;
    }}
  }}
}}
"""


def program() -> str | None:
    """Return nginx's path, or None where it isn't installed."""
    return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/opt/homebrew/bin")


class Proxy:
    """A running nginx; ``url`` is its address."""

    def __init__(self, ports: Sequence[int], folder: Path):
        """Start it before the server processes on ``ports``; ``folder`` takes its files."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        servers = "\n".join(f"    server 127.0.0.1:{port};" for port in ports)
        settings = folder / "nginx.conf"
        settings.write_text(TEMPLATE.format(folder=folder, servers=servers, port=self.port))
        command = [program() or "nginx", "-c", str(settings), "-p", str(folder)]
        self._process = Process(command, folder / "nginx.log")
        self._process.wait_ready(lambda: listening(self.port), 10)

    def stop(self) -> None:
        """End it."""
        self._process.kill()
