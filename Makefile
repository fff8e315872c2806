# Each target is one script or one command; see README.md.
.PHONY: eval test build format tidy install
test:
	./scripts/test
build:
	./scripts/build
eval:
	./scripts/eval
format:
	clang-format -i $$(git ls-files '*.h' '*.cc')
tidy:
	cmake --preset files >/dev/null && clang-tidy --quiet -p build-files $$(git ls-files 'base/*.cc' 'schema/*.cc' 'mcp/*.cc' 'workflow/*.cc' 'tools/*.cc' 'store/*.cc' 'server/*.cc')
install: build
	cmake --install build
