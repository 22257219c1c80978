#!/usr/bin/env bash
# Brings an image to the cluster that kubectl points at, and puts back what ran before when that fails:
#   rollout.sh OVERLAY IMAGE             dev, staging, production, second-region or plain; name@sha256:… or name:version
#   rollout.sh OVERLAY back              the release before the one that runs: image, settings and manifests
#   rollout.sh backfill IMAGE SHARDS     a backfill of so many pods; what production runs stays as it is
#   rollout.sh activate OVERLAY          fail-over: the second region restores the newest backup first; then everything starts
#   rollout.sh deactivate OVERLAY        stops everything; with activate on the other side this is fail-over and fail-back
# State is in the ConfigMap vortex-release: `current` and `before` (whole manifests), `doing` while a roll-out goes on, `active`.
# A roll-out that was killed is finished or undone by the next call. Exit code 0: done; 1: not, and what ran before is back.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
name=ghcr.io/vortex-history/vortex
usage() { echo "$1" >&2; exit 2; }
case ${1:-} in
  backfill) verb=backfill overlay=production image=${2:-} shards=${3:-} ;;
  activate | deactivate) verb=$1 overlay=${2:-} image='' ;;
  *) verb=apply overlay=${1:-} image=${2:-} ;;
esac
case $overlay in
  dev | staging | production | second-region | plain) ;;
  *) usage "there is no overlay ${overlay:-without a name}" ;;
esac
[ "$image" != back ] || verb=back
if [ "$verb" = apply ] || [ "$verb" = backfill ]; then
  fixed="^$name(@sha256:[0-9a-f]{64}|:[A-Za-z0-9_.-]+)$"
  [[ $image =~ $fixed ]] || usage "$image is no image of $name with a version or a digest"
fi
if [ "$verb" = backfill ]; then
  [[ $shards =~ ^[1-9][0-9]?$ ]] || usage "$shards is no number of shards from 1 to 99"
fi
namespace=$(sed -n 's/^namespace: //p' "overlays/$overlay/kustomization.yaml")
folder=$(mktemp -d "$PWD/.rollout-XXXXXX")
trap 'rm -rf "$folder"' EXIT
in_namespace() { kubectl --namespace "$namespace" "$@"; }

# State: what the cluster was given last, whole, so that the way back needs neither this checkout nor its history.
state() { in_namespace get configmap vortex-release --ignore-not-found --output "go-template={{index .data \"$1\"}}" | sed 's/^<no value>$//'; }
keep() { # keep KEY FILE… : replaces these entries and leaves the others
  local entries=()
  for key in current before doing active; do
    [ ! -s "$folder/state-$key" ] || entries+=("--from-file=$key=$folder/state-$key")
  done
  in_namespace create configmap vortex-release "${entries[@]}" --dry-run=client --output yaml >"$folder/state.yaml" || return 1
  kubectl apply --namespace "$namespace" --filename "$folder/state.yaml"
}
load() { for key in current before doing active; do state "$key" >"$folder/state-$key"; done; }

rendered() { # rendered IMAGE : the overlay with that image, its version as a label
  local field="newTag: '${1#"$name":}'" version=${1#"$name":}
  case $1 in *@*) field="digest: ${1#*@}" version=${1#*@sha256:} version=${version:0:12} ;; esac
  printf '%s\n' 'apiVersion: kustomize.config.k8s.io/v1beta1' 'kind: Kustomization' 'resources:' "  - ../overlays/$overlay" \
    'labels:' '  - pairs:' '      app.kubernetes.io/part-of: vortex' "      app.kubernetes.io/version: '$version'" \
    'images:' "  - name: $name" "    $field" 'patches:' >"$folder/kustomization.yaml"
  local suspend=true replicas=0
  if is_active; then suspend=false replicas=1; fi
  printf '%s\n' "  - target: { kind: CronJob, name: 'vortex-(download|backup)' }" \
    "    patch: '[{ op: add, path: /spec/suspend, value: $suspend }]'" '  - target: { kind: Deployment, name: vortex-serve }' \
    "    patch: '[{ op: replace, path: /spec/replicas, value: $replicas }]'" >>"$folder/kustomization.yaml"
  kubectl kustomize "$folder"
}

# The new image reads the rendered settings before anything of the release is replaced: its ConfigMaps have new names.
settings_checked() {
  kubectl apply --namespace "$namespace" --dry-run=server --filename "$folder/new.yaml" >/dev/null || return 1
  awk 'BEGIN { RS = "---\n" } /\nkind: ConfigMap\n/ { printf "---\n%s", $0 }' "$folder/new.yaml" >"$folder/maps.yaml"
  kubectl apply --namespace "$namespace" --filename "$folder/maps.yaml" || return 1
  in_namespace delete pod vortex-config-check --ignore-not-found --wait=true || return 1
  in_namespace run vortex-config-check --image "$image" --restart Never --rm --attach --quiet --pod-running-timeout=5m \
    --overrides "$(check_pod)"
}
map_named() { sed -n "s/^  name: \\($1-[a-z0-9]*\\)\$/\\1/p" "$folder/maps.yaml" | head -n 1; }
check_pod() {
  printf '%s' '{"apiVersion":"v1","spec":{"automountServiceAccountToken":false,"enableServiceLinks":false,"securityContext":' \
    '{"runAsNonRoot":true,"runAsUser":1000,"runAsGroup":1000,"fsGroup":1000,"seccompProfile":{"type":"RuntimeDefault"}},' \
    '"volumes":[{"name":"config","configMap":{"name":"'"$(map_named vortex-config)"'"}},' \
    '{"name":"secrets","secret":{"secretName":"vortex-provider-secrets","optional":true,"defaultMode":288}}],' \
    '"containers":[{"name":"vortex-config-check","image":"'"$image"'","args":["config","check"],"envFrom":' \
    '[{"configMapRef":{"name":"'"$(map_named vortex-settings)"'"}},{"configMapRef":{"name":"'"$(map_named vortex-providers)"'"}}],' \
    '"volumeMounts":[{"name":"config","mountPath":"/app/config","readOnly":true},' \
    '{"name":"secrets","mountPath":"/run/secrets/vortex","readOnly":true}],"securityContext":' \
    '{"allowPrivilegeEscalation":false,"readOnlyRootFilesystem":true,"capabilities":{"drop":["ALL"]}}}]}}'
}

# Whoever is active stays active: a release of the passive overlay must not stop a region that has taken over.
is_active() { case $(cat "$folder/state-active") in yes) true ;; no) false ;; *) [ "$overlay" != second-region ] ;; esac; }
switched() { # switched true|false : runs or stands still
  local suspend=true replicas=0
  if [ "$1" = true ]; then suspend=false replicas=1; fi
  for job in vortex-download vortex-backup; do
    in_namespace patch cronjob "$job" --patch "{\"spec\":{\"suspend\":$suspend}}" || return 1
  done
  in_namespace scale deployment vortex-serve --replicas "$replicas" || return 1
}

roll_out() { # roll_out FILE : applies it, prunes ConfigMaps that are no longer in it, and waits
  # Each step is asked for by itself: within a condition the shell does not stop at the first that fails.
  kubectl apply --filename "$1" --prune --selector app.kubernetes.io/part-of=vortex --namespace "$namespace" \
    --prune-allowlist core/v1/ConfigMap || return 1
  if is_active; then switched true || return 1; else switched false || return 1; fi
  in_namespace rollout status deployment/vortex-serve --timeout=5m || return 1
  if is_active; then in_namespace exec deployment/vortex-serve -- node dist/main.js config check || return 1; fi
}

way_back() { # what ran before, as it was: image, settings and manifests
  if [ ! -s "$folder/state-current" ]; then
    echo "$overlay: the roll-out failed, and nothing ran before" >&2
  elif roll_out "$folder/state-current"; then
    : >"$folder/state-doing"; keep
    echo "$overlay: the roll-out failed; $(image_of "$folder/state-current") is back" >&2
  else
    echo "$overlay: the roll-out failed, and so did the way back: look at once" >&2
  fi
  exit 1
}
image_of() { sed -n "s|^ *image: \\(${name}[:@].*\\)|\\1|p" "$1" | head -n 1; }

release() { # release FILE IMAGE
  echo "$2" >"$folder/state-doing"
  # The namespace of a first release comes with it.
  keep || [ ! -s "$folder/state-current" ] || exit 1
  roll_out "$1" || way_back
  [ ! -s "$folder/state-current" ] || cmp -s "$folder/state-current" "$1" || cp "$folder/state-current" "$folder/state-before"
  cp "$1" "$folder/state-current"
  : >"$folder/state-doing"
  keep || exit 1
  echo "$overlay runs $2"
}

load
if [ -s "$folder/state-doing" ]; then echo "$overlay: a roll-out of $(cat "$folder/state-doing") was cut; this one takes over" >&2; fi
case $verb in
  apply)
    rendered "$image" >"$folder/new.yaml"
    echo "$overlay: $(image_of "$folder/state-current") -> $image"
    if [ -s "$folder/state-current" ] && ! settings_checked; then
      echo "$overlay: $image refuses the settings; nothing was changed" >&2
      exit 1
    fi
    release "$folder/new.yaml" "$image"
    ;;
  back)
    [ -s "$folder/state-before" ] || { echo "$overlay: there is no release before this one" >&2; exit 1; }
    cp "$folder/state-before" "$folder/new.yaml"
    release "$folder/new.yaml" "$(image_of "$folder/new.yaml")"
    ;;
  backfill)
    sed -e "s|image: $name\$|image: $image|" -e "s/^  completions: .*/  completions: $shards/" -e "s/^  parallelism: .*/  parallelism: $shards/" \
      -e "/name: VORTEX_SHARD_COUNT/{n;s/value: .*/value: '$shards'/;}" backfill/job.yaml >"$folder/job.yaml"
    # The ConfigMaps that production uses now, by the names that it knows them by.
    for map in vortex-settings vortex-providers vortex-config; do
      now=$(in_namespace get cronjob vortex-download --output yaml | sed -n "s/^ *name: \\($map-[a-z0-9]*\\)\$/\\1/p" | head -n 1)
      [ -n "$now" ] || { echo "production has no $map: roll it out first" >&2; exit 1; }
      sed -i.bak "s/name: $map\$/name: $now/" "$folder/job.yaml"
    done
    in_namespace delete job vortex-backfill --ignore-not-found --wait=true
    in_namespace create --filename "$folder/job.yaml"
    echo "a backfill of $shards shards with $image has begun"
    ;;
  activate)
    if [ "$(cat "$folder/state-active")" = yes ]; then
      switched true
      echo "$overlay is active already; nothing was restored"
      exit 0
    fi
    if [ "$overlay" = second-region ]; then
      in_namespace delete job vortex-restore --ignore-not-found --wait=true
      in_namespace create job vortex-restore --from=cronjob/vortex-restore
      in_namespace wait job/vortex-restore --for=condition=complete --timeout=4h ||
        { echo "the restore did not end well; nothing was started" >&2; exit 1; }
    fi
    echo yes >"$folder/state-active"
    keep && switched true
    in_namespace create job "vortex-first-$(date +%s)" --from=cronjob/vortex-download
    echo "$overlay is active"
    ;;
  deactivate)
    echo no >"$folder/state-active"
    keep && switched false
    echo "$overlay is passive"
    ;;
esac
