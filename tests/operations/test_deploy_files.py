"""What the files under ``deploy/`` name exists: settings, commands, metrics, folders, programs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from enterprise_social import deploying
from enterprise_social.cli import main
from enterprise_social.config import DEFAULTS, ROOT, load
from enterprise_social.core.db import engine_options
from enterprise_social.files.limits import ENVELOPE
from tests.services.cluster.rendering import DEPLOY, read_environment, render
from tests.services.cluster.units import read_directives, read_unit
from tests.services.missing import missing

UNITS = sorted((DEPLOY / "systemd").iterdir())
WEB = DEPLOY / "systemd" / "enterprise-social@.service"
SITE = (DEPLOY / "nginx" / "enterprise-social.conf").read_text()
POSTGRES = read_environment((DEPLOY / "postgresql" / "enterprise-social.conf").read_text())
EXAMPLE = read_environment((DEPLOY / "environment.example").read_text())
only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def compose() -> dict[str, Any]:
    """Return what compose.yaml says."""
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def dockerfile(instruction: str) -> list[str]:
    """Return the arguments of all instructions of a name, with their lines joined."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    return re.findall(rf"^{instruction} +(.*)$", text, re.MULTILINE)


def test_every_setting_that_is_named_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = set(EXAMPLE)
    for unit in UNITS:
        for line in read_directives(unit.read_text()).get("Environment", []):
            named |= set(read_environment(line))
    for service in compose()["services"].values():
        if service.get("image") == "enterprise-social":
            named |= set(service["environment"])
    for line in dockerfile("ENV"):
        named |= set(re.findall(r"(\w+)=", line))
    # What the system and Python read.
    named -= {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    assert named <= set(DEFAULTS)
    # And together they are a configuration that is taken.
    monkeypatch.delenv("DATABASE_URL", raising=False)
    config = load({**EXAMPLE, "SECRET_KEY": "x" * 40, "DATA_DIR": tmp_path})
    assert config["TRUSTED_PROXIES"] == 1


def test_what_units_and_images_run_is_a_command_of_ours() -> None:
    # Asked for its list, Flask would load wsgi.py here, and with it what looks after a server.
    ours = {*main.commands, "db"}
    lines = [unit.read_text() for unit in UNITS] + [(DEPLOY / "Dockerfile").read_text()]
    called = re.findall(r"bin/enterprise-social ([\w-]+)", "\n".join(lines))
    for service in compose()["services"].values():
        if service.get("command", [""])[0] == "enterprise-social":
            called.append(service["command"][1])
    assert {"worker", "db", "assets"} <= set(called)
    assert set(called) <= set(ours)
    # One process in each, from the same settings, wherever it runs.
    image = yaml.safe_load(dockerfile("CMD")[-1])
    unit = read_directives(WEB.read_text())["ExecStart"][0].split()
    assert image[1:3] == unit[1:3]
    assert (ROOT / image[2]).exists()
    assert image[-1] == unit[-1]
    for source in " ".join(dockerfile("COPY")).split():
        if source in ("enterprise_social", "static", "migrations", "requirements.lock"):
            assert (ROOT / source).exists()


def test_systemd_finds_nothing_to_say(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        missing("systemd-analyze")
    python = str(shutil.which("env"))
    for unit in UNITS:
        changes = {}
        if unit.suffix == ".service":
            # Programs and folders of a host that this one is not.
            (program,) = re.findall(r"^ExecStart=(\S+)", unit.read_text(), re.MULTILINE)
            changes = {program: python}
        name = unit.name.replace("@.", "@8001.")
        render(f"systemd/{unit.name}", tmp_path / name, changes)
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)],
            capture_output=True,
            text=True,
            check=False,
        )
        said = [line for line in done.stderr.splitlines() if str(tmp_path) in line or name in line]
        assert said == []


def test_a_setting_that_cannot_be_used_is_not_tried_again(tmp_path: Path) -> None:
    environment = render("environment.example", tmp_path / "environment", {})
    changes = {"/etc/enterprise-social/environment": str(environment)}
    unit = read_unit(render(f"systemd/{WEB.name}", tmp_path / "unit", changes), "8001")
    assert unit.command[-2:] == ["127.0.0.1:8001", "wsgi:app"]
    assert read_directives(WEB.read_text())["RestartPreventExitStatus"] == ["4"]
    # It has the time that the program takes to end well, and more.
    assert unit.stop_seconds > deploying.graceful_timeout + 2
    assert unit.open_files > deploying.worker_connections * 2


def test_the_limits_of_nginx_and_the_program_fit() -> None:
    taken = int(re.findall(r"client_max_body_size (\d+)m;", SITE)[0]) * 1024**2
    wanted = int(DEFAULTS["FILE_LIMIT_MB"]) * 1024**2 + ENVELOPE
    assert wanted <= taken <= wanted + 1024**2
    assert EXAMPLE["FILE_LIMIT_MB"] == DEFAULTS["FILE_LIMIT_MB"]
    # nginx lets go of a connection before the process does.
    assert int(re.findall(r"\n    keepalive_timeout (\d+)s;", SITE)[0]) < deploying.keepalive
    # Socket.IO's ping, and the time to answer it.
    assert int(re.findall(r"        proxy_read_timeout (\d+)s;", SITE)[0]) > 25 + 20


def test_postgresql_has_room_for_the_processes_that_the_guide_counts_with() -> None:
    pool = engine_options("postgresql+psycopg://es@db/es")
    each = pool["pool_size"] + pool["max_overflow"]
    most = int(POSTGRES["max_connections"]) - int(POSTGRES["superuser_reserved_connections"])
    assert (
        f"{each} for each web process and worker"
        in (DEPLOY / "postgresql" / "enterprise-social.conf").read_text()
    )
    assert most // each >= 9


@only_sqlite
def test_alerts_name_metrics_that_exist(app: Flask, client: FlaskClient) -> None:
    client.get("/healthz")
    answer = client.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).text
    measured = {re.split(r"[{ ]", line)[0] for line in answer.splitlines() if line[:1] != "#"}
    rules = yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text())
    (group,) = rules["groups"]
    recorded = {rule["record"] for rule in group["rules"] if "record" in rule}
    for rule in group["rules"]:
        names = set(re.findall(r"\b(?:enterprise_social|process)[_:][\w:]+", rule["expr"]))
        assert names <= measured | recorded, rule["expr"]
        if "alert" in rule:
            assert rule["labels"]["severity"] in {"page", "ticket"}
            assert set(rule["annotations"]) == {"summary", "action"}


def test_prometheus_takes_the_rules() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        missing("promtool")
    subprocess.run(
        [promtool, "check", "rules", str(DEPLOY / "prometheus" / "rules.yml")], check=True
    )


def test_the_containers_depend_on_one_another_as_they_must() -> None:
    services = compose()["services"]
    assert set(services) == {"database", "redis", "migration", "web-1", "web-2", "worker", "proxy"}
    for name in ("web-1", "web-2", "worker"):
        assert services[name]["depends_on"]["migration"] == {
            "condition": "service_completed_successfully"
        }
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./") and source != "./tls":
                assert (DEPLOY / source).exists(), source
            elif not source.startswith("./"):
                assert source in compose()["volumes"]
    # The image's own replacements find what they replace.
    for old in re.findall(r"(?:sed -i '|; )s/([^/]+)/", (DEPLOY / "Dockerfile").read_text()):
        text = (DEPLOY / "nginx" / "nginx.conf").read_text() + SITE
        assert re.search(old, text, re.MULTILINE), old
