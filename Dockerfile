# The connector image: docker build -t source-tiktok-marketing .
# metadata.yaml names the same base image; unit_tests/test_metadata.py holds the two together.
ARG BASE_IMAGE=airbyte/python-connector-base:4.0.2@sha256:9fdb1888c4264cf6fee473649ecb593f56f58e5d0096a87ee0b231777e2e3e73

FROM ${BASE_IMAGE} AS build
USER root
WORKDIR /build
RUN python3 -m venv /opt/tools && python3 -m venv --without-pip /opt/connector

# Only wheels: a package without one would ask for a compiler, which no stage has. The cache is the builder's.
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN --mount=type=cache,target=/root/.cache/pip \
    set -e; \
    install="install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes --only-binary :all:"; \
    /opt/tools/bin/pip $install --requirement requirements/build.txt; \
    /opt/tools/bin/pip --python /opt/connector/bin/python $install --requirement requirements/runtime.txt; \
    # The tests of the numeric packages weigh more than the connector does.
    find /opt/connector -type d -name tests -prune -exec rm -r {} +

COPY pyproject.toml README.md LICENSE manifest.yaml ./
COPY source_tiktok_marketing source_tiktok_marketing
RUN set -e; \
    export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1 PIP_NO_DEPS=1 PIP_NO_INDEX=1; \
    /opt/tools/bin/pip wheel --no-build-isolation --wheel-dir dist .; \
    /opt/tools/bin/pip --python /opt/connector/bin/python install --no-compile dist/*.whl; \
    # Bytecode of what a start imports, which its user could not write; that of all packages would be 65 MB.
    /opt/connector/bin/source-tiktok-marketing spec >/dev/null

FROM ${BASE_IMAGE}
COPY --from=build /opt/connector /opt/connector
ENV PATH="/opt/connector/bin:${PATH}"
ENV AIRBYTE_ENTRYPOINT="source-tiktok-marketing"
ENTRYPOINT ["source-tiktok-marketing"]
LABEL io.airbyte.name="source-tiktok-marketing/source-tiktok-marketing" \
      io.airbyte.version="0.1.0"
USER airbyte
