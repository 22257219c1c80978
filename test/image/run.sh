#!/usr/bin/env bash
# Builds the image and tests it, offline: a container engine of its own (as root), a stand-in for the base image, the tests of
# test/image, and everything ended and removed again. BASE_IMAGE=pull builds on the real base, where a registry can be reached.
#
#   npm run test:image                    all of it
#   npm run test:image -- test/image/x    only some test files
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

fail() { echo "the image cannot be tested here: $*" >&2; exit 1; }
export DOCKER=${DOCKER:-/usr/bin/docker}
[ "$(id -u)" = 0 ] || fail "a container engine of its own is started by root only"
[ -x "$DOCKER" ] || fail "there is no $DOCKER; install docker.io"
for program in dockerd docker-compose; do
  command -v "$program" > /dev/null || fail "there is no $program; install docker.io and docker-compose"
done

work=$(mktemp -d)
# Other users may use the engine, as in a group docker.
chmod 755 "$work"
engine() { [ -f "$work/pid" ] && kill -0 "$(cat "$work/pid")" 2> /dev/null; }
finish() {
  if engine; then
    "$DOCKER" ps -aq | xargs -r "$DOCKER" rm -f > /dev/null || true
    kill "$(cat "$work/pid")"
    for _ in $(seq 100); do engine || break; sleep 0.1; done
  fi
  # The engine leaves the namespace of the machine's network mounted, and its data in use for a moment.
  umount --lazy "$work"/exec/netns/* "$work/data" 2> /dev/null || true
  rm -rf "$work"
}
trap finish EXIT

# Layers are many small files; in memory they are made and gone in a moment. On disk where that is refused.
mkdir "$work/data"
mount -t tmpfs -o size=6g tmpfs "$work/data" 2> /dev/null || echo "the engine's data stands on disk"

export DOCKER_HOST="unix://$work/docker.sock"
export DOCKER_CONFIG="$work/client"
dockerd --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" -H "$DOCKER_HOST" \
  --bridge=none --iptables=false --ip6tables=false --ip-masq=false > "$work/log" 2>&1 &
for _ in $(seq 300); do
  if "$DOCKER" info > /dev/null 2>&1; then break; fi
  sleep 0.1
done
"$DOCKER" info > /dev/null 2>&1 || { tail -n 20 "$work/log" >&2; fail "the container engine did not start"; }
chmod 666 "$work/docker.sock"

base=node:24-bookworm-slim
if [ "${BASE_IMAGE:-stand-in}" = pull ]; then "$DOCKER" pull "$base"; else test/image/base-image.sh "$base"; fi

started=$SECONDS
export IMAGE_VERSION IMAGE_REVISION
IMAGE_VERSION=$(node -p 'require("./package.json").version')
IMAGE_REVISION=$(git rev-parse HEAD 2> /dev/null || echo unknown)
DOCKER_BUILDKIT=1 "$DOCKER" build --network host -t vortex --progress plain \
  --build-arg "VERSION=$IMAGE_VERSION" --build-arg "REVISION=$IMAGE_REVISION" . > "$work/build" 2>&1 \
  || { tail -n 50 "$work/build" >&2; fail "the build failed"; }
size() { "$DOCKER" image inspect --format '{{.Size}}' "$1"; }
echo "built in $((SECONDS - started)) s; base $(($(size "$base") / 1000000)) MB, image $(($(size vortex) / 1000000)) MB"

npx vitest run --config vitest.image.config.ts "$@"
