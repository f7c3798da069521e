# SPDX-License-Identifier: EUPL-1.2
# Lotse from the command line. On a bare Debian 12, `make run` and `make test` install what they need by themselves.
#   make setup       install what is missing (Debian packages, front-end tools)
#   make build       the release binary: build/release/lotse
#   make run         build it and start it with the sample town
#   make test        set up and check
#   make check       everything that is checked before a change lands; CHECK="--only unit" for one stage
#   make check-long  release build with thousands of crashes, thread sanitizer, fuzzing
#   make bench       the figures of the README, at most 15 minutes; bench-all: all of them, resumable
#   make format      lay out the C++ sources
.PHONY: setup setup-build setup-long build run test check check-long bench bench-all format help
.DEFAULT_GOAL := help
export LC_ALL := C.UTF-8
JOBS ?= $(shell nproc)
DATA ?= build/sample

help:
	@sed -n 's/^#   //p' Makefile

setup:
	@tools/setup build test

setup-build:
	@tools/setup build

setup-long:
	@tools/setup build test long

build: setup-build
	@echo 'build: build/release/lotse (the first time this takes some minutes)'
	@cmake --preset release >/dev/null
	@cmake --build --preset release --parallel $(JOBS) --target lotse

run: build
	@echo 'run: the sample town; its data lies in $(DATA), Ctrl-C ends it'
	@build/release/lotse serve --data $(DATA) --sample

test: setup
	@$(MAKE) --no-print-directory check

check:
	@python3 -B tools/check.py $(CHECK)

check-long: setup-long
	@python3 -B tools/check_long.py

bench: setup
	@python3 -B bench/run.py --small

bench-all: setup
	@python3 -B bench/run.py --all

format:
	@tools/format
