#!/usr/bin/env bash
# A smoke test after a deployment: hands what kubectl prints to Portolan and waits for the verdict.
#
#   PORTOLAN=http://portolan.example:8080 SERVICE=toad-svc NAMESPACE=default examples/ci/smoke.sh
#
# Needs kubectl, curl and a shell. Optional: PORTOLAN_TOKEN; WAIT (seconds, default 60); SETTLE_MS (how long failing
# paths are tried again, default 20000); REPORTS (a folder for portolan.md and portolan.xml, default none).
#
# Exit code: 0 every path works; 1 a path fails; 2 not known: nothing was tested, the job did not finish, Portolan was at
# fault or not reachable, or kubectl failed. Let 2 warn and not break the build, if you like.
set -euo pipefail

: "${PORTOLAN:?the address of the API, like http://127.0.0.1:8080}"
: "${SERVICE:?the name of the Service}"
namespace=${NAMESPACE:-default}
wait=${WAIT:-60}

auth=()
if [ -n "${PORTOLAN_TOKEN:-}" ]; then auth=(-H "authorization: Bearer $PORTOLAN_TOKEN"); fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Secrets are not asked for, and would not be read.
kubectl -n "$namespace" get services,endpointslices,ingresses,nodes,pods -o yaml >"$scratch/objects.yaml" || exit 2

query="service=$SERVICE&namespace=$namespace&wait=$wait&settleMs=${SETTLE_MS:-20000}"
[ -z "${GITHUB_SHA:-}" ] || query="$query&label=commit=$GITHUB_SHA"

status=$(curl -sS -o "$scratch/report.txt" -D "$scratch/headers" -w '%{http_code}' ${auth[@]+"${auth[@]}"} \
  -H 'content-type: application/yaml' --data-binary "@$scratch/objects.yaml" \
  "$PORTOLAN/v1/jobs?$query&format=text") || exit 2
cat "$scratch/report.txt"
echo

job=$(tr -d '\r' <"$scratch/headers" | sed -n 's/^[Ll]ocation: //p')
if [ -n "${REPORTS:-}" ] && [ -n "$job" ]; then
  mkdir -p "$REPORTS"
  curl -sS --fail ${auth[@]+"${auth[@]}"} -o "$REPORTS/portolan.md" "$PORTOLAN$job/report?format=markdown" || exit 2
  curl -sS --fail ${auth[@]+"${auth[@]}"} -o "$REPORTS/portolan.xml" "$PORTOLAN$job/report?format=junit" || exit 2
fi

# The status is about the request (200: finished), the first word of the report about the Service.
read -r verdict _ <"$scratch/report.txt" || true
case "$status $verdict" in
  '200 PASS') exit 0 ;;
  '200 FAIL') exit 1 ;;
  *) exit 2 ;;
esac
