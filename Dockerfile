# docker build -t nianbao . && docker run --rm -p 8001:8001 -v /srv/nianbao:/srv/nianbao:ro nianbao
# serves the snapshot that `nianbao publish /srv/nianbao` made; any other command of nianbao may be given instead.
FROM python:3.12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libarchive-tools libreoffice-calc-nogui libreoffice-writer-nogui \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 nianbao
WORKDIR /opt/nianbao
COPY . .
RUN pip install --no-cache-dir --constraint constraints.txt --editable .
USER nianbao
EXPOSE 8001
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8001/robots.txt')"]
ENTRYPOINT ["nianbao"]
CMD ["serve", "--snapshot", "/srv/nianbao/current", "--host", "0.0.0.0"]
