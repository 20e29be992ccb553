#!/bin/sh
# Makes every password and key of the stack that does not exist yet, in files that only you can read.
# Usage: generate-secrets.sh [FOLDER]    (default: secrets beside this file)
set -eu
umask 077

folder=${1:-$(dirname "$0")/secrets}

fail() {
  echo "generate-secrets: $1" >&2
  exit 1
}

# 32 bytes of the system's random source as 64 hexadecimal digits: no character that a shell, a URL or YAML reads its own way.
random_text() {
  od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'
}

mkdir -p "$folder" || fail "cannot make the folder $folder"
chmod 700 "$folder" || fail "cannot keep others out of $folder: it belongs to another user"

for name in grafana_admin_password grafana_secret_key qdrant_api_key qdrant_read_only_api_key; do
  file=$folder/$name
  [ ! -d "$file" ] || fail "$file is a folder, not a file; an engine makes one when it mounts a file that is missing: remove it"
  if [ -s "$file" ]; then
    chmod 600 "$file" || fail "cannot keep others from reading $file: it belongs to another user"
    continue
  fi
  value=$(random_text)
  [ ${#value} -eq 64 ] || fail "the system's random source gave too little"
  # Renamed into place: a run that is cut short leaves no half of a key.
  { printf '%s' "$value" >"$file.new" && mv "$file.new" "$file"; } || fail "cannot write $file"
  echo "made $file"
done
