#!/bin/sh
# Starts the reference stack and waits until every service is healthy. Needs Docker with Compose v2, and nothing else.
set -eu

usage='Usage: start.sh [options]

  (no option)   start the stack, wait until it is healthy, print the addresses
  --with-apps   the same with the example services
  --clean       delete all data of the stack first; asks, or takes --yes
  --down        stop the stack; its data stays (with --clean: it goes)
  --yes         the answer to what --clean asks
  --help        this text

Settings: README.md, in the environment or in .env beside this file.
START_TIMEOUT   seconds until a start counts as failed (default: 600)
'

oldest_compose=2.24

fail() {
  echo "start.sh: $1" >&2
  exit "${2:-1}"
}

with_apps=''
clean=''
down=''
yes=''
for argument; do
  case $argument in
    --with-apps) with_apps=1 ;;
    --clean) clean=1 ;;
    --down) down=1 ;;
    --yes | -y) yes=1 ;;
    --help | -h)
      printf '%s' "$usage"
      exit 0
      ;;
    *) fail "unknown option '$argument'; start.sh --help lists them" 2 ;;
  esac
done
[ -z "$yes" ] || [ -n "$clean" ] || fail "--yes answers what --clean asks, and --clean is not there" 2
timeout=${START_TIMEOUT:-600}
case $timeout in
  '' | *[!0-9]* | 0) fail "START_TIMEOUT must be a number of seconds above 0, got '$timeout'" 2 ;;
esac

stack=$(cd "$(dirname "$0")" && pwd)
repository=$(dirname "$stack")

# --- what is needed ---------------------------------------------------------------------------------------------------

command -v docker >/dev/null 2>&1 ||
  fail "Docker is missing: install Docker Engine with the Compose plugin, or Docker Desktop."

version=$(docker compose version --short 2>/dev/null) ||
  fail "Docker Compose v2 is missing: install the Compose plugin (docker-compose-plugin, or docker-compose-v2 on Ubuntu); the old docker-compose does not do."
number=${version#v}
major=${number%%.*}
minor=${number#*.}
minor=${minor%%[!0-9]*}
case $major.$minor in
  *[!0-9.]* | .* | *.) ;; # a version of an unknown form is given a try
  *)
    if [ "$major" -lt "${oldest_compose%.*}" ] ||
      { [ "$major" -eq "${oldest_compose%.*}" ] && [ "$minor" -lt "${oldest_compose#*.}" ]; }; then
      fail "Docker Compose is $version and must be $oldest_compose or newer."
    fi
    ;;
esac

work=$(mktemp -d)
up=''
# Containers that were started stay: a second start goes on from there.
trap '[ -z "$up" ] || { kill "$up" 2>/dev/null && wait "$up"; } || :; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if ! cpus=$(docker info --format '{{.NCPU}}' 2>"$work/info"); then
  reason=$(tail -n 1 "$work/info")
  case $reason in
    *'permission denied'*) fail "Docker's engine does not let you in: $reason" ;;
    *) fail "Docker's engine does not answer, start it: ${reason:-docker info failed}" ;;
  esac
fi

plugin=''
[ ! -f "$repository/packages/grafana-app/dist/plugin.json" ] || plugin=1

compose() {
  [ -z "$with_apps" ] || set -- --profile apps "$@"
  [ -z "$plugin" ] || set -- -f "$stack/compose.plugin.yaml" "$@"
  ${replace:+exec} docker compose -f "$stack/compose.yaml" -f "$stack/compose.apps.yaml" "$@"
}

# --- stop, clean ------------------------------------------------------------------------------------------------------

if [ -n "$clean" ] && [ -z "$yes" ]; then
  printf 'This deletes every trace, metric, vector and change in Grafana of this stack. Type yes to go on: '
  read -r answer || answer=
  [ "$answer" = yes ] || fail "nothing was deleted."
fi
if [ -n "$down" ]; then
  with_apps=1 # whatever runs
  if [ -n "$clean" ]; then compose down --remove-orphans --volumes; else compose down --remove-orphans; fi
  exit 0
fi
if [ -n "$clean" ]; then
  kept=$with_apps
  with_apps=1
  compose down --remove-orphans --volumes
  with_apps=$kept
fi

# --- start ------------------------------------------------------------------------------------------------------------

[ -d "$repository/dashboards/generated/prometheus" ] ||
  fail "$repository/dashboards/generated/prometheus is missing: restore it with git, or print it with npm run build -w dashboards"
unreadable=$(cd "$stack" && find otel-collector jaeger tempo prometheus alertmanager grafana qdrant probe \
  ../dashboards/generated ! -perm -004 2>/dev/null | head -n 1)
[ -z "$unreadable" ] ||
  fail "$unreadable cannot be read by the users of the containers: chmod -R o+rX $stack/*/ $repository/dashboards/generated"

sh "$stack/generate-secrets.sh" "$stack/secrets" >&2

compose config --quiet || fail "the compose file or a setting in .env is wrong, see above."
needed_cpus=$(compose config 2>/dev/null | sed -n 's/^ *cpus: *"\{0,1\}\([0-9]*\).*/\1/p' | sort -n | tail -n 1)
if [ "${needed_cpus:-0}" -gt "$cpus" ] 2>/dev/null; then
  fail "this engine has $cpus CPU and a service may use $needed_cpus, which the engine refuses: set COLLECTOR_CPUS=$cpus in $stack/.env"
fi
apps=''
if [ -n "$with_apps" ]; then
  core=$(docker compose -f "$stack/compose.yaml" -f "$stack/compose.apps.yaml" config --services)
  for service in $(compose config --services); do
    printf '%s\n' "$core" | grep -qxF "$service" || apps="$apps $service"
  done
  fi

echo "Getting images and making containers ..."
compose up --no-start --remove-orphans || fail "the containers could not be made, see above."

# Name, state, health, exit code, restarts of every container of the stack, one a line.
containers() {
  # shellcheck disable=SC2046 # one argument an id
  docker inspect --format '{{index .Config.Labels "com.docker.compose.service"}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}} {{.State.ExitCode}} {{.RestartCount}}' \
    $(compose ps --all --quiet) 2>/dev/null
}

# What a line of `containers` means, for the progress lines; "failed: ..." ends the start. While Compose is starting, a
# container that has ended may be one of an earlier start: Compose itself says when it is not.
condition() { # service state health exit-code restarts
  case $1/$2/$3 in
    */restarting/* | */running/starting)
      if [ "$5" -ge 3 ]; then
        echo "failed: it ended $5 times since it was made, the last time with exit code $4"
      else
        echo "$2" | sed 's/running/starting/'
      fi
      ;;
    */running/unhealthy) echo "failed: its health check does not pass" ;;
    */running/*) echo healthy ;;
    prepare/exited/*)
      if [ "$4" = 0 ]; then
        echo 'done'
      elif [ "$starting" = 1 ]; then
        echo waiting
      else
        echo "failed: it ended with exit code $4"
      fi
      ;;
    */exited/* | */dead/*)
      if [ "$starting" = 1 ]; then echo waiting; else echo "failed: it ended with exit code $4"; fi
      ;;
    *) echo waiting ;;
  esac
}

explain() { # service reason
  echo >&2
  echo "$1 is not healthy: $2" >&2
  id=$(compose ps --all --quiet "$1" 2>/dev/null | head -n 1)
  if [ -n "$id" ]; then
    check=$(docker inspect --format '{{if .State.Health}}{{range .State.Health.Log}}{{.Output}}{{end}}{{end}}{{if .State.OOMKilled}} It was killed for its memory: raise its limit.{{end}}{{.State.Error}}' "$id" 2>/dev/null | tail -n 1)
    [ -z "$check" ] || echo "Its last check said: $check" >&2
  fi
  echo "Its last log lines:" >&2
  compose logs --no-color --no-log-prefix --tail 15 "$1" 2>/dev/null | sed 's/^/  /' >&2
}

# A port that somebody else has is no service's fault: it gets a sentence of its own.
explain_port() {
  line=$(grep -E 'port is already allocated|address already in use|ports are not available' "$work/up" | tail -n 1) || return 1
  port=$(printf '%s\n' "$line" | grep -oE ':[0-9]+' | tr -d : | grep -v '^0$' | head -n 1)
  setting=$(sed -n "s/.*{\([A-Z_]*PORT\):-$port}.*/\1/p" "$stack/compose.yaml" "$stack/compose.apps.yaml" | head -n 1)
  fail "port ${port:-of a service} is taken by another program: stop that one, or set ${setting:-another port} in $stack/.env"
}

# In place of its shell, so that it is Docker itself that the trap ends.
(
  replace=1
  compose up --detach --no-build --remove-orphans >"$work/up" 2>&1
) &
up=$!
starting=1
began=$(date +%s)
: >"$work/said"
while :; do
  if [ "$starting" = 1 ] && ! kill -0 "$up" 2>/dev/null; then
    starting=0
    up_code=0
    wait "$up" || up_code=$?
    up=''
  fi
  containers >"$work/now" || :
  elapsed=$(($(date +%s) - began))
  pending=''
  bad=''
  while read -r service state health code restarts; do
    now=$(condition "$service" "$state" "$health" "$code" "$restarts")
    grep -qxF "$service $now" "$work/said" || {
      printf '%4s s  %-16s %s\n' "$elapsed" "$service" "$now"
      grep -v "^$service " "$work/said" >"$work/said.new" || :
      echo "$service $now" >>"$work/said.new"
      mv "$work/said.new" "$work/said"
    }
    case $now in
      healthy | done) ;;
      failed*) bad="$bad $service" ;;
      *) pending="$pending $service" ;;
    esac
  done <"$work/now"
  if [ -n "$bad" ]; then
    for service in $bad; do explain "$service" "$(sed -n "s/^$service failed: //p" "$work/said")"; done
    exit 1
  fi
  if [ "$starting" = 0 ] && [ "$up_code" -ne 0 ]; then
    explain_port || :
    tail -n 5 "$work/up" >&2
    fail "Docker Compose ended with exit code $up_code, see above."
  fi
  if [ "$starting" = 0 ] && [ -z "$pending" ] && [ -s "$work/now" ]; then break; fi
  if [ "$elapsed" -ge "$timeout" ]; then
    for service in $pending; do explain "$service" "not ready after $timeout s"; done
    fail "not everything was ready within $timeout s (START_TIMEOUT)."
  fi
  sleep 1
done

# --- addresses --------------------------------------------------------------------------------------------------------

address() { # service port
  compose port "$1" "$2" 2>/dev/null | localhost
}
localhost() { sed -e 's/^0\.0\.0\.0:/localhost:/' -e 's/^127\.0\.0\.1:/localhost:/' | head -n 1; }
row() { printf '  %-22s %-30s %s\n' "$1" "$2" "$3"; }

echo
echo "Everything is healthy after $elapsed s."
row Grafana "http://$(address grafana 3000)" "user admin, password in $stack/secrets/grafana_admin_password"
row Jaeger "http://$(address jaeger 16686)" "no login"
row Prometheus "http://$(address prometheus 9090)" "no login"
row Alertmanager "http://$(address alertmanager 9093)" "no login"
row Qdrant "http://$(address qdrant 6333)/dashboard" "key in $stack/secrets/qdrant_api_key (gRPC: $(address qdrant 6334))"
row 'OTLP over gRPC' "http://$(address otel-collector 4317)" "send traces and metrics here"
row 'OTLP over HTTP' "http://$(address otel-collector 4318)" "or here"
row 'Collector, health' "http://$(address otel-collector 13133)/health" ""
row 'Collector, metrics' "http://$(address otel-collector 8888)/metrics" ""
row 'Tempo, API' "http://$(address tempo 3200)" "OTLP over gRPC: $(address tempo 4320)"
for service in $apps; do
  # As in 127.0.0.1:8000->8000/tcp
  row "$service" "http://$(compose ps --format '{{.Ports}}' "$service" 2>/dev/null | sed 's/->.*//' | localhost)" "example service"
done
case $(compose port prometheus 9090 2>/dev/null) in
  127.* | '[::1]'* | localhost:*) ;;
  *) echo "Other machines can reach this stack, and Jaeger, Prometheus and Alertmanager ask for no login: see \"For production\" in the README." ;;
esac
echo "Prove it:  npm run stack -- check      Stop it:  $0 --down"
