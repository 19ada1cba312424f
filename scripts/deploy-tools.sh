#!/usr/bin/env bash
# Builds helm, which renders the chart, and, where kubectl is missing, kustomize, into the user's cache, where the tests
# of deploy/ look for them. Needs Go; where there is none, says so, and the tests that need them are skipped.
set -euo pipefail

HELM=v4.3.1
KUSTOMIZE=v5.8.1
folder=${XDG_CACHE_HOME:-$HOME/.cache}/portolan/deploy-tools

if ! command -v go >/dev/null; then
  echo 'deploy tools are skipped: without Go no helm is built, and deploy/chart is not rendered'
  exit 0
fi
install() {
  local program=$1 module=$2 version=$3
  [ -x "$folder/$program-$version" ] && return
  GOBIN=$folder/new GOFLAGS=-trimpath CGO_ENABLED=0 go install "$module@$version"
  mv "$folder/new/$program" "$folder/$program-$version"
}
mkdir -p "$folder"
install helm helm.sh/helm/v4/cmd/helm "$HELM"
command -v kubectl >/dev/null || install kustomize sigs.k8s.io/kustomize/kustomize/v5 "$KUSTOMIZE"
