# make demo   install the package and recall handwritten digits from damaged cues
# make test   run the tests          make slow   the tests marked slow
# make lint   style and types        make clean  remove the environment
# PYTHON=path chooses the interpreter, VENV=folder where its environment goes.

VENV ?= .venv
OUT ?= digit_recall
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# An interpreter is fit if it is new enough and can make an environment.
FIT := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
CANDIDATES := python3 python3.13 python3.12 python3.11 python

.PHONY: demo test slow lint clean

demo: $(VENV)/installed
	$(BIN)/neurodyn study digit_recall --out $(OUT).nc --plot $(OUT).png
	@echo "The figure is $(abspath $(OUT).png), the result is $(abspath $(OUT).nc)."

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile

slow: $(VENV)/installed-dev
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/installed-dev
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy

clean:
	rm -rf $(VENV)

$(VENV)/installed: pyproject.toml $(VENV)/pyvenv.cfg
	@echo "Installing neurodyn and what it needs into $(VENV)"
	@$(PIP) install --quiet --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml $(VENV)/pyvenv.cfg
	@echo "Installing neurodyn and its development tools into $(VENV)"
	@$(PIP) install --quiet --editable '.[dev]'
	@touch $(VENV)/installed $@

# An environment that could not be made whole is not left behind.
$(VENV)/pyvenv.cfg:
	@for python in $(if $(PYTHON),'$(PYTHON)',$(CANDIDATES)); do \
	    if "$$python" -c '$(FIT)' 2>/dev/null; then \
	        echo "Making $(VENV) with $$("$$python" -c 'import sys; print(sys.executable)')"; \
	        "$$python" -m venv --clear $(VENV) && exit 0; \
	        rm -rf $(VENV); exit 1; \
	    fi; \
	done; \
	echo "neurodyn needs Python 3.11, 3.12 or 3.13 with the venv module (on Debian: python3-venv);" \
	     "none was found$(if $(PYTHON), at '$(PYTHON)'): install one, or name it with make PYTHON=/path/to/python3." >&2; \
	exit 1
