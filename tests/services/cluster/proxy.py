"""nginx with the settings of ``deploy/nginx``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.services.cluster.parts import Place, reachable
from tests.services.cluster.rendering import open_folder, render
from tests.services.cluster.service import Service
from tests.services.nginx import program


def make_nginx(
    place: Place,
    port: int,
    web: Sequence[tuple[str, int]],
    *,
    tls: bool,
    changes: Mapping[str, str] | None = None,
) -> Service:
    """Make an nginx with the settings of ``deploy/nginx`` before the processes ``web``.

    ``place.home/assets`` holds the static files, ``place.home/tls`` the certificate.
    """
    home = open_folder(place.home / "nginx")
    site = render(
        "nginx/enterprise-social.conf",
        place.etc("nginx/enterprise-social.conf"),
        {
            "    listen 80;": f"    listen unix:{home}/plain.sock;",
            "listen 443 ssl http2;": f"listen {place.listen}:{port}{' ssl http2' if tls else ''};",
            "/etc/enterprise-social/tls": str(place.home / "tls"),
            "/var/cache/enterprise-social": str(place.home / "assets"),
            **_upstream(web),
            **(changes or {}),
        },
    )
    main = render(
        "nginx/nginx.conf",
        place.etc("nginx/nginx.conf"),
        {
            "/run/nginx.pid": str(home / "nginx.pid"),
            "/var/log/nginx/": f"{place.folder}/nginx-",
            "/var/lib/nginx/": f"{home}/",
            "/etc/nginx/enterprise-social.conf": str(site),
            "/etc/nginx/mime.types": str(_mime_types()),
        },
    )
    command = [program() or "nginx", "-c", str(main), "-p", str(home)]
    command += ["-g", "daemon off;"]
    return Service(
        "nginx",
        command,
        place.folder / "nginx.log",
        place.guard,
        reachable(place.address, port),
        stop_signal=3,  # SIGQUIT: open requests are answered, as Debian's unit does
        stop_seconds=5,
        prefix=place.prefix,
    )


def _upstream(web: Sequence[tuple[str, int]]) -> dict[str, str]:
    line = "    server 127.0.0.1:{} max_fails=1 fail_timeout=1s;"
    lines = "\n".join(line.replace("127.0.0.1:{}", f"{address}:{port}") for address, port in web)
    return {f"{line.format(8001)}\n{line.format(8002)}": lines}


def _mime_types() -> Path:
    for place in ("/etc/nginx", "/usr/local/etc/nginx", "/opt/homebrew/etc/nginx"):
        if (Path(place) / "mime.types").exists():
            return Path(place) / "mime.types"
    raise RuntimeError("nginx's mime.types was not found")
