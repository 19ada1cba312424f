#!/usr/bin/env bash
# Is every Service fine? Asks Portolan's history, probes nothing, and turns the answer into an exit code.
#
#   PORTOLAN=http://portolan.example:8080 examples/ci/all-fine.sh
#
# Needs curl and a shell. Optional: PORTOLAN_TOKEN; WINDOW (default 24h); OBJECTIVE (the least availability that is a
# pass, default 1); CLUSTER, NAMESPACE (default all); SERVICE (with NAMESPACE: this one alone, path by path).
#
# Exit code: 0 yes; 1 no; 2 not known: nothing was tested, only Portolan was at fault, or it was not reachable.
set -euo pipefail

: "${PORTOLAN:?the address of the API, like http://127.0.0.1:8080}"
auth=()
if [ -n "${PORTOLAN_TOKEN:-}" ]; then auth=(-H "authorization: Bearer $PORTOLAN_TOKEN"); fi

path=/v1/report
query=(--data-urlencode "window=${WINDOW:-24h}" --data-urlencode "objective=${OBJECTIVE:-1}" --data-urlencode format=text)
if [ -n "${CLUSTER:-}" ]; then query+=(--data-urlencode "cluster=$CLUSTER"); fi
if [ -n "${SERVICE:-}" ]; then
  path="/v1/services/${NAMESPACE:-default}/$SERVICE/report"
elif [ -n "${NAMESPACE:-}" ]; then
  query+=(--data-urlencode "namespace=$NAMESPACE")
fi

report=$(curl -sS --fail-with-body --max-time 60 --retry 3 --get ${auth[@]+"${auth[@]}"} "${query[@]}" "$PORTOLAN$path") || {
  printf '%s\n' "${report:-}" >&2
  exit 2
}
printf '%s\n' "$report"

case "${report%% *}" in
  PASS) exit 0 ;;
  FAIL) exit 1 ;;
  *) exit 2 ;;
esac
