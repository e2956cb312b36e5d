# One image for web, workers, beat and migrate; what differs is the command (docker-compose.yml).
FROM python:3.13-slim-trixie

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    FONTCONFIG_FILE=/etc/todoke/fonts.conf \
    TODOKE_DATA_DIR=/data

SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /app

COPY packaging/debian-packages.txt packaging/
# The versions come with the Debian release of the base image.
# hadolint ignore=DL3008
RUN apt-get update \
    && awk '$1 == "print" { print $2 }' packaging/debian-packages.txt \
       | xargs apt-get install -y --no-install-recommends \
    && rm -rf /var/lib/apt/lists/*

COPY requirements/base.lock requirements/
RUN pip install --no-deps --require-hashes --only-binary :all: -r requirements/base.lock

COPY . .
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin todoke \
    && install -d -o todoke -g todoke /data \
    && python -m onebox.fonts /etc/todoke/fonts.conf /tmp/fontconfig \
    && export DATABASE_URL=postgresql://build@build/build REDIS_URL=redis://build TODOKE_SECRET_KEY=build \
    && python manage.py compile_catalogues \
    && python manage.py collectstatic --noinput

USER 10001
EXPOSE 8000
CMD ["gunicorn", "config.wsgi:application", "--config", "config/gunicorn.py", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "4", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
