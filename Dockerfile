# One image for the Prefect server and for the study: docker compose up --build
FROM python:3.13-slim
RUN useradd --create-home --uid 1000 painstats
WORKDIR /opt/painstats
COPY requirements.lock requirements-uv.lock pyproject.toml README.md LICENSE ./
RUN python -m venv .venv \
 && .venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements-uv.lock \
 && .venv/bin/uv pip sync --python .venv/bin/python --no-cache --require-hashes requirements.lock
COPY src src
COPY flows flows
COPY dashboards dashboards
RUN .venv/bin/uv pip install --python .venv/bin/python --no-cache --no-deps --no-build-isolation .
USER painstats
ENV PATH=/opt/painstats/.venv/bin:$PATH
ENTRYPOINT ["painstats"]
