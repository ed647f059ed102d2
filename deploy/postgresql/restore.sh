#!/bin/sh
# restore.sh BASE DATA [MOMENT]: lays the base back-up BASE into the new data folder DATA, so that
# PostgreSQL, started on it, brings itself to MOMENT ('2026-11-22 14:05:00+00'), or as far as the
# archive goes. Run as the account postgres, with the server stopped and the old folder moved away.
set -eu
base="$1" data="$2" moment="${3:-}"
backups="${BACKUPS:-/var/backups/postgresql}"
umask 077

[ ! -e "$data" ] || { echo "$data is there already: move it away" >&2; exit 1; }
pg_verifybackup --quiet "$base"
cp -R "$base" "$data"
{
  echo "restore_command = 'cp $backups/wal/%f %p'"
  echo "recovery_target_action = 'promote'"
  [ -z "$moment" ] || echo "recovery_target_time = '$moment'"
} >> "$data/postgresql.auto.conf"
touch "$data/recovery.signal"
echo "Start PostgreSQL on $data; it takes connections once it has come to the moment."
