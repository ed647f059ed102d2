"""The production set-up on one machine: nginx, PostgreSQL, Redis, web processes and workers.

Everything comes from the files under ``deploy/``: the configurations, with other addresses, ports
and folders (``rendering``), and the commands of systemd's units (``units``).

    with Cluster(folder) as cluster:
        httpx.get(cluster.url)
        cluster.kill("web", 0)
        cluster.start("web", 0)
"""

from __future__ import annotations

from tests.services.cluster.cluster import ROLES, Cluster

__all__ = ["ROLES", "Cluster"]
