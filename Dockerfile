FROM python:3.13-slim-bookworm AS packages

# For a mirror: docker build --build-arg PIP_INDEX_URL=...
ARG PIP_INDEX_URL
# requirements-otel.lock also installs OpenTelemetry.
ARG REQUIREMENTS=requirements.lock

COPY ${REQUIREMENTS} /requirements.lock
RUN python -m venv --without-pip /opt/bonin \
    && pip --python /opt/bonin install --no-cache-dir --no-deps --only-binary :all: \
       --require-hashes -r /requirements.lock

COPY LICENSE NOTICE /opt/bonin/app/
COPY gateway /opt/bonin/app/gateway
COPY ivr /opt/bonin/app/ivr
COPY sms_reply /opt/bonin/app/sms_reply
COPY contacts /opt/bonin/app/contacts
# The root file system may be read-only at run time, so byte code is compiled here.
RUN python -m compileall -q /opt/bonin/app

FROM python:3.13-slim-bookworm

RUN groupadd --system --gid 10001 bonin \
    && useradd --system --uid 10001 --gid bonin --no-create-home --shell /usr/sbin/nologin bonin
COPY --from=packages /opt/bonin /opt/bonin

ENV PATH=/opt/bonin/bin:$PATH \
    PYTHONPATH=/opt/bonin/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    BONIN_HOST=0.0.0.0 \
    BONIN_PORT=8080

USER 10001:10001
WORKDIR /opt/bonin/app
EXPOSE 8080

# Liveness only: a store that is down must not cause restarts; /readyz is for the load balancer.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:%s/livez' % os.environ['BONIN_PORT'], timeout=2)"]

ENTRYPOINT ["python", "-m", "gateway.cli"]
CMD ["serve"]
