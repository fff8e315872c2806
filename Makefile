# Each target is one script or one command; see README.md.
PREFIX ?= /usr/local
.PHONY: demo eval bench test build format tidy install
demo:
	./scripts/demo
test:
	./scripts/test
build:
	./scripts/build
eval:
	./scripts/eval
bench:
	./scripts/bench
format:
	clang-format -i $$(git ls-files '*.h' '*.cc')
tidy:
	cmake --preset files >/dev/null && run-clang-tidy -quiet -p build-files '^$(CURDIR)/(base|schema|mcp|workflow|tools|store|server)/'
install: build
	cmake --install build --prefix $(PREFIX)
