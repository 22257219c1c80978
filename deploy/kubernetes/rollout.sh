#!/usr/bin/env bash
# Brings an image to the cluster that kubectl points at, and puts back what ran before when that fails:
#   deploy/kubernetes/rollout.sh production ghcr.io/vortex-history/vortex@sha256:…
# Exit code 0: it runs; 1: it does not, and the image before is back (or there was none).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
overlay=${1:?an overlay: dev, staging, production or second-region}
image=${2:?an image, name@sha256:… or name:version}
name=ghcr.io/vortex-history/vortex

case $overlay in
  dev | staging | production | second-region) ;;
  *) echo "there is no overlay $overlay" >&2; exit 2 ;;
esac
fixed="^$name(@sha256:[0-9a-f]{64}|:[A-Za-z0-9_.-]+)$"
if ! [[ $image =~ $fixed ]]; then
  echo "$image is no image of $name with a version or a digest" >&2
  exit 2
fi
namespace=$(sed -n 's/^namespace: //p' "overlays/$overlay/kustomization.yaml")
folder=$(mktemp -d "$PWD/.rollout-XXXXXX")
trap 'rm -rf "$folder"' EXIT
in_namespace() { kubectl --namespace "$namespace" "$@"; }

roll_out() {
  local field="newTag: '${1#"$name":}'"
  case $1 in *@*) field="digest: ${1#*@}" ;; esac
  printf '%s\n' 'apiVersion: kustomize.config.k8s.io/v1beta1' 'kind: Kustomization' 'resources:' "  - ../overlays/$overlay" \
    'images:' "  - name: $name" "    $field" > "$folder/kustomization.yaml"
  # Each step is asked for by itself: within a condition the shell does not stop at the first that fails.
  kubectl apply --kustomize "$folder" || return 1
  in_namespace rollout status deployment/vortex-serve --timeout=5m || return 1
  # The passive region has no pod to ask.
  [ "$overlay" = second-region ] || in_namespace exec deployment/vortex-serve -- node dist/main.js config check
}

before=$(in_namespace get cronjob vortex-download --ignore-not-found \
  --output 'jsonpath={.spec.jobTemplate.spec.template.spec.containers[0].image}')
echo "$overlay: ${before:-nothing} -> $image"
if roll_out "$image"; then
  echo "$overlay runs $image"
  exit 0
fi
if [ -z "$before" ]; then
  echo "$overlay: the roll-out failed, and nothing ran before" >&2
elif roll_out "$before"; then
  echo "$overlay: the roll-out failed; $before is back" >&2
else
  echo "$overlay: the roll-out failed, and so did the way back to $before: look at once" >&2
fi
exit 1
