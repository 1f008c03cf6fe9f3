# The whole project from a fresh Debian bookworm: make demo, make test, make install. Each sets itself up.

PREFIX ?= /usr/local
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PACKAGES := clang-19 lld-19 llvm-19 libclang-rt-19-dev clang-format-19 clang-tidy-19 g++ cmake ninja-build ccache \
  libgmp-dev libicu-dev libfmt-dev libcli11-dev libpcre2-dev libgtest-dev zlib1g-dev libbz2-dev liblzma-dev \
  libexpat1-dev \
  python3.11 libpython3.11-stdlib

.PHONY: all setup build demo test install format tidy clean

all: build

# Installs what is missing; does nothing, and needs no network, where all of it is there.
setup:
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f '$${db:Status-Status}\n' $$p 2>/dev/null | grep -qx installed || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  $(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing; \
	fi

build: setup
	@cmake --preset release >/dev/null
	@cmake --build --preset release

demo: build
	@tests/demo.sh build/ouro

test: build
	@tests/run.sh

install: build
	@DESTDIR=$(DESTDIR) cmake --install build --prefix $(PREFIX)

format:
	@git ls-files '*.cpp' '*.h' | xargs clang-format-19 -i

tidy: build
	@git ls-files 'src/*.cpp' | xargs -P 2 -n 8 clang-tidy-19 -p build --quiet

clean:
	@rm -rf build build-dev build-gcc
