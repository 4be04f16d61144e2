# Everything a fresh machine needs is set up by the targets themselves (Debian or Ubuntu with python3 >= 3.11, make, git).

PYTHON := .venv/bin/python
SHELL_FILES := $(shell git ls-files 'tools/*' '*.sh' .ci 'deploy/agent/p*' 2>/dev/null | grep -vE '\.(py|toml|c)$$|-without$$')

# Each start of a program of ours reads hundreds of files; compiled every time that is a third of each import.
unexport PYTHONDONTWRITEBYTECODE

WORKERS := $(shell echo $$(($$(nproc) < 4 ? 2 * $$(nproc) + 1 : 8)))
PINNED := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: run agent packages images release test-agent again dev test suite lint types bench docs lock screenshots

run: .venv/ready            ## the control plane and an agent of this machine, on http://127.0.0.1:4000
	@$(PYTHON) tools/run.py

dev: .venv/ready-to-test    ## everything that working on it needs
	@echo "Ready: 'make test' tests all of it, '.venv/bin/python -m pytest tests/box -n 2' a part."

test: .venv/ready-to-test   ## everything that must hold, side by side
	@$(MAKE) --no-print-directory --jobs=2 suite lint types

suite: .venv/compiled       ## twice as many workers as cores and one, at most eight: they wait for processes of theirs; a file's stage is set once
	$(PYTHON) -m pytest -n $(WORKERS) --dist=loadfile --no-loadscope-reorder

agent: .venv/ready          ## dist/hyprnode-VERSION-linux-ARCHITECTURE, one static file; ARCH="x86_64 aarch64"
	@tools/setup-agent
	@$(PYTHON) tools/agent/build.py $(ARCH)

packages: agent             ## .deb, .rpm, hyprnode.pyz, bills of materials and digests of what is in dist
	@$(PYTHON) tools/agent/packages.py

images: agent               ## the agent as a container image, an OCI archive in dist
	@$(PYTHON) tools/agent/images.py

release: images packages    ## one archive with all of it and the wheels, for a site without internet; KEY= signs it
	@$(PYTHON) tools/agent/release.py $(KEY)

test-agent: .venv/ready-to-test  ## what `make test` shows of the agent, of the executable
	@tools/setup-agent
	$(PYTHON) tools/agent/suites.py

again: .venv/ready-to-test  ## the executable a second time, elsewhere, by somebody else, on another day: the same bytes; minutes
	@tools/setup-agent
	@$(PYTHON) tools/agent/again.py

lint: .venv/ready-to-test
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	$(if $(SHELL_FILES),.venv/bin/shellcheck --severity=style $(SHELL_FILES))

types: .venv/ready-to-test
	.venv/bin/mypy

docs: .venv/ready           ## writes the tables of docs/reference from the code
	$(PYTHON) tools/docs.py

screenshots: .venv/ready-to-test  ## every page of the demonstration as a picture, in light, dark and on a phone
	$(PYTHON) tools/screenshots.py

bench: .venv/ready-to-test  ## prints its tables; takes minutes
	$(PYTHON) -m bench

.PHONY: survival
survival: .venv/ready-to-test   ## everything that may happen to a job, to jobs in every phase; writes its table; minutes
	SURVIVAL=whole $(PYTHON) -m pytest tests/survival/test_way.py tests/survival/test_worst.py
	$(PYTHON) -m tests.survival

lock: .venv/ready           ## renews requirements.lock, and what of it the control plane needs, requirements.server.lock
	.venv/bin/python -m pip install -q uv
	$(PINNED) --extra server --extra dev pyproject.toml -o requirements.lock
	$(PINNED) --no-annotate --extra server -c requirements.lock pyproject.toml -o requirements.server.lock

.venv/ready: requirements.lock package-lock.json pyproject.toml hatch_build.py tools/setup
	@tools/setup
	@touch $@

.venv/ready-to-test: .venv/ready tools/setup-tests
	@tools/setup-tests
	@touch $@

# Once, where each of the workers would: all of them begin with the same files.
.venv/compiled: .venv/ready-to-test
	-@$(PYTHON) -m pytest --collect-only >/dev/null 2>&1
	-@$(PYTHON) -c "from tests.warm import read_all; read_all()"
	@touch $@
