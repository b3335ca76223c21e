# Holdfast in an image: the archive of `make dist`, unpacked, and Python with pip, which fetches models. No compiler, no root.
#
#   make dist
#   docker build --build-arg VERSION=0.1.0 -t holdfast .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" holdfast fetch smollm2-135m-instruct
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" holdfast gate --candidate out/my-adapter
#
# The folder with holdfast.yaml is mounted at /work, and the user must be one that may write there (ledger, reports, models).
# Suites and baselines of the image are meant by their names: 'suites: [core]'. For CI: an empty entrypoint, and
# /opt/holdfast/Scripts/ci/gate.sh.

# Its glibc must be at least that of the machine the archive was made on; an older one ends the build below.
FROM debian:trixie-slim
ARG VERSION
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates python3 python3-pip \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home --shell /usr/sbin/nologin holdfast \
 && install -d -o holdfast -g holdfast /work
# Unpacks it.
ADD dist/holdfast-${VERSION}-linux-x86_64.tar.gz /opt/
RUN ln -s "holdfast-${VERSION}" /opt/holdfast \
 && ln -s /opt/holdfast/bin/holdfast /usr/local/bin/holdfast
# Whoever runs it may have no home.
ENV PIP_NO_CACHE_DIR=1
USER holdfast
WORKDIR /work
RUN holdfast --version
ENTRYPOINT ["holdfast"]
CMD ["--help"]
