# Everything a developer or a first-time user does. `make help` lists the targets.

SWIFT_FLAGS := -c release
HOLDFAST    := .build/release/holdfast

.DEFAULT_GOAL := help
.PHONY: help setup build test test-vllm fuzz demo claims bench bench-served bench-peers calibrate dist wheel release lint format clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing: system libraries and pip through apt-get; the Swift toolchain is yours to install
	@Scripts/setup.sh

build: setup ## build the release binary
	swift build $(SWIFT_FLAGS) --product holdfast

test: setup lint ## lint, build and run every test (the real models are fetched first)
	swift build $(SWIFT_FLAGS) --build-tests
	$(HOLDFAST) fetch smollm2-135m-instruct
	@$(HOLDFAST) fetch gemma-3-270m || { [ "$$CI" != true ] && echo "tests with gemma-3-270m are left out"; }
	swift test $(SWIFT_FLAGS) --skip-build
	@Scripts/ci/test.sh
	@Scripts/ci/forms.sh $(HOLDFAST) $${HOLDFAST_MODELS:-models}/smollm2-135m-instruct.gguf
	@python3 Scripts/claims/data.py --check
	@python3 Scripts/claims/recompute.py recipes/claims/claims.yaml reports/claims
	@python3 Scripts/ci/links.py
	@python3 Scripts/ci/docs.py $(HOLDFAST) $${HOLDFAST_MODELS:-models}/smollm2-135m-instruct.gguf
	@Scripts/ci/served.sh $(HOLDFAST) $${HOLDFAST_MODELS:-models}/smollm2-135m-instruct.gguf
	@Scripts/fuzz/round.sh short

test-vllm: build ## gate SmolLM2 as vLLM serves it on this machine, and ADAPTERS="FOLDER ..." with it (a quarter of an hour)
	$(HOLDFAST) fetch smollm2-135m-instruct
	@Scripts/served/vllm.sh $(HOLDFAST) $${HOLDFAST_MODELS:-models}/smollm2-135m-instruct.gguf $(ADAPTERS)

fuzz: setup ## look for inputs that crash, hang or mislead, for FUZZ_SECONDS=3600, plain and with sanitizers
	@Scripts/fuzz/round.sh long $${FUZZ_SECONDS:-3600}

demo: build ## fine-tune a real model naively and with care, and gate both against the committed baseline
	@Scripts/demo.sh $(HOLDFAST)

claims: build ## measure what recipes cost in in-context learning on two models, and write reports/claims (a day on two cores; goes on from it; ANEW=1: all again)
	@ANEW=$(ANEW) Scripts/claims/run.sh $(HOLDFAST)

bench: build ## measure scoring, what is around it, and training beside PyTorch (about half an hour)
	$(HOLDFAST) fetch smollm2-135m-instruct
	swift build $(SWIFT_FLAGS) --product ScoringBenchmark
	@Scripts/bench_start.sh $(HOLDFAST) $${HOLDFAST_MODELS:-models}/smollm2-135m-instruct.gguf
	@Scripts/bench_scoring.sh $(HOLDFAST) .build/release/ScoringBenchmark
	swift build $(SWIFT_FLAGS) --product TrainingBenchmark
	@Scripts/bench_training.sh .build/release/TrainingBenchmark

bench-served: build ## measure what asking a server costs, with one that answers at once (a minute)
	$(HOLDFAST) fetch smollm2-135m-instruct
	@Scripts/bench_served.sh $(HOLDFAST) $${HOLDFAST_MODELS:-models}/smollm2-135m-instruct.gguf

bench-peers: build ## measure scoring beside lm-evaluation-harness and llama.cpp (half an hour; PEERS="--tasks 2 --items 10" for a trial)
	$(HOLDFAST) fetch smollm2-135m-instruct
	@Scripts/bench_peers.sh $(HOLDFAST) $(PEERS)

calibrate: build ## simulate gates through the shipped verdict and write docs/calibration*.md (five hours on two cores)
	swift run $(SWIFT_FLAGS) CalibrationBenchmark --rows promised --gates 20000 --program "holdfast $$($(HOLDFAST) --version)" --out docs/calibration.md
	swift run $(SWIFT_FLAGS) CalibrationBenchmark --rows expected --gates 20000 --program "holdfast $$($(HOLDFAST) --version)" --out docs/calibration-limits.md

dist: ## build dist/holdfast-VERSION-linux-x86_64.tar.gz, which runs with nothing installed, and test it in an empty root
	@archive=$$(Scripts/dist/build.sh) && Scripts/dist/test.sh "$$archive"

wheel: ## build dist/holdfast-VERSION-py3-none-manylinux_2_N_x86_64.whl for pip, and test it in a fresh virtual environment
	@archive=$$(Scripts/dist/build.sh) && wheel=$$(Scripts/dist/wheel.py "$$archive") && Scripts/dist/test_wheel.sh "$$wheel"

release: ## make archive, wheel, image (with docker) and checksums for OWNER=NAME's repository, and print how to publish them
	@Scripts/dist/release.sh

lint: ## check the format of every Swift file
	swift format lint --strict --recursive --parallel Sources Tests Benchmarks Package.swift

format: ## bring every Swift file into the format
	swift format --in-place --recursive --parallel Sources Tests Benchmarks Package.swift

clean: ## remove what was built (models and ledgers stay)
	rm -rf .build .build-asan .build-fuzzer .build-dist dist
