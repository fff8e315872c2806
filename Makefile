# Each target is one script or one command; see README.md.
PREFIX ?= /usr/local
.PHONY: demo eval bench test test-long asan tsan build package format tidy install
demo:
	./scripts/demo
test:
	./scripts/test
test-long:
	./scripts/test-long
asan tsan:
	./scripts/sanitize $@
build:
	./scripts/build
package:
	./scripts/package
eval:
	./scripts/eval
bench:
	./scripts/bench
format:
	clang-format -i $$(git ls-files '*.h' '*.cc')
tidy:
	./scripts/tidy
install: build
	cmake --install build --prefix $(PREFIX)
