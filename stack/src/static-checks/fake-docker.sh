#!/bin/sh
# Stands in for `docker` in the tests of start.sh. What it answers is in the files of the folder that FAKE_DOCKER names
# (start.test.ts says which); every call is a line of `calls` there.
folder=$FAKE_DOCKER
printf '%s\n' "$*" >>"$folder/calls"

# What a file holds, with a line's end; else what is given.
answer() {
  if [ -f "$folder/$1" ]; then cat "$folder/$1"; else printf '%s\n' "$2"; fi
}
complain() {
  printf '%s\n' "$1" >&2
  exit "$2"
}

case $1 in
  info)
    [ ! -f "$folder/engineError" ] || complain "$(cat "$folder/engineError")" 1
    answer cpus 8
    exit
    ;;
  inspect)
    case $3 in
      *compose.service*)
        # The n-th look, the last one from then on.
        look=$(answer look 0)
        [ -f "$folder/look.$look" ] || look=$((look - 1))
        cat "$folder/look.$look"
        echo $((look + 1)) >"$folder/look"
        ;;
      *) answer lastCheck ;;
    esac
    exit
    ;;
  compose) [ -f "$folder/composeVersion" ] || complain "docker: 'compose' is not a docker command." 1 ;;
  *) complain "fake docker: $*" 99 ;;
esac

shift
profile=''
while [ "$1" = -f ] || [ "$1" = --profile ]; do
  [ "$1" = -f ] || profile=$2
  shift 2
done
case "$*" in
  'version --short') answer composeVersion ;;
  'config --quiet' | down* | up*--no-start* | *--no-start*) ;;
  'config --services')
    printf 'grafana\njaeger\n'
    [ -z "$profile" ] || [ ! -f "$folder/appServices" ] || cat "$folder/appServices"
    ;;
  config) printf 'services:\n  x:\n    deploy:\n      resources:\n        limits:\n          cpus: 2\n          memory: "1"\n' ;;
  up*)
    if [ -f "$folder/upHangs" ]; then exec /bin/sleep 20; fi
    while [ "$(answer look 0)" -lt "$(answer upEndsAfterLook 0)" ]; do /bin/sleep 0.02; done
    code=$(answer upCode 0)
    [ "$code" = 0 ] || complain "$(answer upOutput)" "$code"
    ;;
  ps*Ports*) echo '127.0.0.1:8001->8001/tcp, 127.0.0.1:8002->8002/tcp' ;;
  ps*) echo 0123abc ;;
  logs*) answer logs ;;
  port*) echo "$(answer address 127.0.0.1):$3" ;;
  *) complain "fake docker: compose $*" 99 ;;
esac
