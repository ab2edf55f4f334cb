"""Run every benchmark in order of name, or those named: ``python -m tests.bench match``.

The load is run by its name only, with options of its own: ``python -m tests.bench load --feeds 1000``.
"""

import sys
from importlib import import_module
from pkgutil import iter_modules

import tests.bench

LOAD = "load"


def main(wanted: list[str]) -> None:
    """Run the benchmarks in `wanted`, all of them when it is empty."""
    present = sorted(
        module.name for module in iter_modules(tests.bench.__path__) if module.name != "__main__"
    )
    if wanted[:1] == [LOAD]:
        import_module(f"tests.bench.{LOAD}").main(wanted[1:])
        return
    for name in wanted or [each for each in present if each != LOAD]:
        if name not in present:
            sys.exit(f"no benchmark {name!r}; there are: {', '.join(present)}")
        module = import_module(f"tests.bench.{name}")
        if hasattr(module, "main"):
            print(f"\n## {name}\n", flush=True)
            module.main()


if __name__ == "__main__":
    main(sys.argv[1:])
