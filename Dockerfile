# Holdfast in an image that holds the program and the libraries it loads: no compiler, no Python, no model, no root.
#
#   docker build -t holdfast .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" holdfast gate --candidate out/my-adapter
#
# The folder with holdfast.yaml is mounted at /work, and the user must be one that may write there (ledger and reports). The suites
# are at /opt/holdfast/suites, for 'suites: [/opt/holdfast/suites/core]'. 'holdfast fetch' needs Python: fetch outside, and mount.

# Both stages have the same glibc.
FROM swift:6.3-jammy AS build
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends libsqlite3-dev libzstd-dev zlib1g-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN swift build -c release --static-swift-stdlib --product holdfast \
 && install -D --strip .build/release/holdfast /dist/holdfast

FROM ubuntu:22.04
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      ca-certificates libopenblas0-pthread libsqlite3-0 libstdc++6 libzstd1 zlib1g \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home --shell /usr/sbin/nologin holdfast \
 && install -d -o holdfast -g holdfast /work
COPY --from=build /dist/holdfast /usr/local/bin/holdfast
COPY suites /opt/holdfast/suites
COPY baselines /opt/holdfast/baselines
USER holdfast
WORKDIR /work
# A library that is missing ends the build here.
RUN holdfast --version
ENTRYPOINT ["holdfast"]
CMD ["--help"]
