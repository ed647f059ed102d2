#!/bin/sh
# A base back-up, run as the account postgres, each night by enterprise-social-backup.timer.
# With the archive of deploy/postgresql/archiving.conf it brings the database back as it was at any
# moment since. PGHOST and PGPORT say which server; KEEP is how many back-ups stay, with the
# archive since the oldest of them.
set -eu
backups="${BACKUPS:-/var/backups/postgresql}"
keep="${KEEP:-7}"
name="$(date -u +%Y%m%dT%H%M%SZ)"
umask 077

mkdir -p "$backups/base"
rm -rf "$backups"/base/*.part
pg_basebackup --pgdata="$backups/base/$name.part" --checkpoint=fast --wal-method=fetch --no-password
pg_verifybackup --quiet "$backups/base/$name.part"
mv "$backups/base/$name.part" "$backups/base/$name"

ls -1 "$backups/base" | grep -v '\.part$' | sort -r | tail -n "+$((keep + 1))" \
  | while read -r old; do rm -rf "$backups/base/$old"; done
oldest="$(ls -1 "$backups/base" | sort | head -n 1)"
first_needed="$(sed -n 's/^START WAL LOCATION: .* (file \([0-9A-F]*\))$/\1/p' "$backups/base/$oldest/backup_label")"
pg_archivecleanup "$backups/wal" "$first_needed"
echo "$backups/base/$name"
