#!/usr/bin/env bash
# Qdrant takes its keys from the environment only. This reads them from files inside the container, where `docker inspect`
# and the compose file do not show them.
set -euo pipefail

secret() {
  local file=/run/secrets/$1
  if [[ ! -s $file ]]; then
    echo "qdrant: $file is missing or empty; without keys Qdrant would be open to everyone, so it does not start" >&2
    exit 1
  fi
  printf '%s' "$(<"$file")"
}

# Not `export X=$(…)`: that would hide the failure.
QDRANT__SERVICE__API_KEY=$(secret qdrant_api_key)
QDRANT__SERVICE__READ_ONLY_API_KEY=$(secret qdrant_read_only_api_key)
export QDRANT__SERVICE__API_KEY QDRANT__SERVICE__READ_ONLY_API_KEY

cd /qdrant
exec ./entrypoint.sh "$@"
