# syntax=docker/dockerfile:1
# The web client on its own, which passes /api on to the server. Build it from the root of the repository:
#   docker build -f deploy/client.Dockerfile -t opentrace/client .
FROM node:22-bookworm-slim AS build
ENV NEXT_TELEMETRY_DISABLED=1
WORKDIR /app
COPY client/package.json client/package-lock.json client/.npmrc client/
RUN npm --prefix client ci --omit=dev --silent
COPY docs/handbook docs/handbook
COPY client client
RUN npm --prefix client run --silent build:standalone \
    && cp -R client/public client/.next-standalone/standalone/public \
    && cp -R client/.next-standalone/static client/.next-standalone/standalone/.next-standalone/static

FROM node:22-bookworm-slim
WORKDIR /app
COPY --from=build /app/client/.next-standalone/standalone ./
ENV NODE_ENV=production \
    NEXT_TELEMETRY_DISABLED=1 \
    HOSTNAME=0.0.0.0 \
    PORT=3000 \
    OPENTRACE_SERVER_URL=http://server:8000
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:3000/icon.svg').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.js"]
