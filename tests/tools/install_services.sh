#!/usr/bin/env bash
# What the tests need from the system: Chromium, PostgreSQL, Redis, nginx, OpenLDAP,
# xmlsec1, iproute2, Node.js with npm, and what judges the files of a deployment (systemd's and
# Prometheus's own checkers). As root on Debian or Ubuntu it installs what is missing; elsewhere the
# tests that need it say so by themselves.
set -euo pipefail

packages=()
command -v chromium >/dev/null || command -v google-chrome >/dev/null || packages+=(chromium)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null \
  || packages+=(postgresql)
command -v redis-server >/dev/null || packages+=(redis-server)
[ -x /usr/sbin/slapd ] || packages+=(slapd)
command -v xmlsec1 >/dev/null || packages+=(xmlsec1)
[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || packages+=(nginx)
command -v ip >/dev/null || [ "$(uname)" != Linux ] || packages+=(iproute2)
command -v systemd-analyze >/dev/null || [ "$(uname)" != Linux ] || packages+=(systemd)
command -v promtool >/dev/null || packages+=(prometheus)
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)
# Debian's other Chromium: the same engine for a third of the work. The tests do without it too.
shell=chromium-headless-shell
command -v "$shell" >/dev/null || [[ " ${packages[*]} " != *" chromium "* && ! -x /usr/lib/chromium/chromium ]] || wanted=1

[ $((${#packages[@]} + ${wanted:-0})) -gt 0 ] || exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "Installing for the tests: ${packages[*]} ${wanted:+$shell} …"
  export DEBIAN_FRONTEND=noninteractive
  # Packages alone: the tests start their own servers, so none is to be started here.
  guard=/usr/sbin/policy-rc.d
  if [ ! -e "$guard" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$guard"
    chmod +x "$guard"
    trap 'rm -f "$guard"' EXIT
  fi
  install=(apt-get install -y -qq --no-install-recommends)
  apt-get update -qq || [ ${#packages[@]} -eq 0 ]
  [ ${#packages[@]} -eq 0 ] || "${install[@]}" "${packages[@]}" >/dev/null
  [ -z "${wanted:-}" ] || "${install[@]}" "$shell" >/dev/null 2>&1 \
    || echo "Without $shell the browser's tests take longer."
elif [ ${#packages[@]} -eq 0 ]; then
  exit 0
elif [ "${CI:-}" = true ]; then
  echo "missing, and with CI=true nothing may be left out: ${packages[*]}" >&2
  exit 1
else
  echo "Missing here: ${packages[*]}. The tests that need them are named at the end."
fi
