#!/usr/bin/env bash
# A smoke test after a deployment: asks Portolan about a Service and waits for the verdict.
#
#   LIVE=1 PORTOLAN=http://portolan.example:8080 SERVICE=toad-svc NAMESPACE=shop examples/ci/smoke.sh
#
# Needs a shell and curl. With LIVE=1 Portolan reads the cluster itself; without it kubectl is needed as well, and what it
# prints is handed over. Optional: PORTOLAN_TOKEN; CLUSTER (with LIVE=1, where Portolan reads several); WAIT (seconds,
# default 60); SETTLE_MS (how long failing paths are tried again, default 20000); REPORTS (a folder for portolan.md and
# portolan.xml, default none); IDEMPOTENCY_KEY (the same key and objects: the same job; default one for each run of the
# step).
#
# Exit code: 0 every path works; 1 a path fails; 2 not known: nothing was tested, the job did not finish, Portolan was at
# fault or could not be reached, it could not read the cluster, or kubectl failed. Let 2 warn and not break the build, if
# you like.
set -euo pipefail

: "${PORTOLAN:?the address of the API, like http://127.0.0.1:8080}"
: "${SERVICE:?the name of the Service}"
namespace=${NAMESPACE:-default}
wait=${WAIT:-60}

auth=()
if [ -n "${PORTOLAN_TOKEN:-}" ]; then auth=(-H "authorization: Bearer $PORTOLAN_TOKEN"); fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Secrets are not asked for, and would not be read. What may be forbidden or not installed is asked for by itself.
hand_over() {
  kubectl -n "$namespace" get svc,endpointslices,ingress,pods -o yaml || exit 2
  for kinds in nodes,ingressclasses networkpolicies,deployments,statefulsets gateways,httproutes; do
    echo ---
    kubectl -n "$namespace" get "$kinds" -o yaml || true
  done
}

# What curl sends again is the same job.
key=${IDEMPOTENCY_KEY:-$SERVICE-$(date +%s)-$$}
query="service=$SERVICE&namespace=$namespace&wait=$wait&settleMs=${SETTLE_MS:-20000}"
[ -z "${CLUSTER:-}" ] || query="$query&cluster=$CLUSTER"
[ -z "${GITHUB_SHA:-}" ] || query="$query&label=commit=$GITHUB_SHA"

# Without a body and a content type the live Service is meant.
body=(-X POST)
if [ -z "${LIVE:-}" ]; then
  hand_over >"$scratch/objects.yaml"
  body=(-H 'content-type: application/yaml' --data-binary "@$scratch/objects.yaml")
fi

status=$(curl -sS --fail-with-body --max-time $((wait + 30)) --retry 3 -o "$scratch/report.txt" -D "$scratch/headers" \
  -w '%{http_code}' ${auth[@]+"${auth[@]}"} -H "idempotency-key: $key" \
  "${body[@]}" \
  "$PORTOLAN/v1/jobs?$query&failStatus=424&format=text") || [ "$status" = 424 ] || {
  cat "$scratch/report.txt" >&2 2>/dev/null || true
  exit 2
}
cat "$scratch/report.txt"
echo

job=$(tr -d '\r' <"$scratch/headers" | sed -n 's/^[Ll]ocation: //p' | tail -1)
if [ -n "${REPORTS:-}" ] && [ -n "$job" ]; then
  mkdir -p "$REPORTS"
  curl -sS --fail-with-body --max-time 30 --retry 3 ${auth[@]+"${auth[@]}"} -o "$REPORTS/portolan.md" "$PORTOLAN$job/report?format=markdown" || exit 2
  curl -sS --fail-with-body --max-time 30 --retry 3 ${auth[@]+"${auth[@]}"} -o "$REPORTS/portolan.xml" "$PORTOLAN$job/report?format=junit" || exit 2
fi

# The status says whether it is a pass (424: it is not), the first word of the report why.
read -r verdict _ <"$scratch/report.txt" || true
case "$status $verdict" in
  '200 PASS') exit 0 ;;
  '424 FAIL') exit 1 ;;
  *) exit 2 ;;
esac
