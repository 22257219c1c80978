# The image of Vortex: node, the built program, and the few packages that the build leaves outside itself.
# Build:  docker build -t vortex .
# For a release, pin the base by its digest: docker build --build-arg BASE=node:24-bookworm-slim@sha256:… .
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS base
WORKDIR /build/vortex-history
COPY package.json package-lock.json ./

FROM base AS production
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM base AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY esbuild.config.js ./
COPY src src
COPY sandbox sandbox
RUN npm run build

FROM production AS app
COPY --from=build /build/vortex-history/dist dist
COPY docker docker
COPY config config
COPY LICENSE ./
# Readable by any user, whatever the umask of the checkout was.
RUN node docker/collect.mjs /image \
  && npm run --silent sbom > /image/sbom.cdx.json \
  && chmod -R u=rwX,go=rX /image

FROM ${BASE}
WORKDIR /app
# Group 0 may write too: a container with another uid has that group, unless it is given one. ./data of a .env is /data as well.
RUN mkdir /data && chown 1000:0 /data && chmod 775 /data && ln -s /data /app/data
COPY --from=app /image ./
ENV NODE_ENV=production \
    VORTEX_OUTPUT_DIR=/data \
    VORTEX_SERVE_HOST=0.0.0.0
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["node", "/app/docker/health.mjs"]
ENTRYPOINT ["/app/docker/entrypoint.sh"]
# Without a command the image downloads what is configured; it never ends well without having done so.
CMD ["download"]

# Last, since they change with every commit.
ARG VERSION=unreleased
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="vortex" \
      org.opencontainers.image.description="Keeps a folder of market price history complete, correct and current." \
      org.opencontainers.image.source="https://github.com/vortex-history/vortex" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="docker.io/library/node:24-bookworm-slim" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
