"""`make bench` runs all, `make bench NAME=durable` one. Each ends with RESULT lines."""

import asyncio
import importlib
import sys

import uvloop

NAMES = ("durable", "sockets", "list", "fanout", "widget", "console", "shift", "promise", "routing", "search")

if __name__ == "__main__":
    chosen = sys.argv[1:] or NAMES
    for name in chosen:
        if name not in NAMES:
            sys.exit(f"there is no benchmark {name}; there are {', '.join(NAMES)}")
        module = importlib.import_module(f"bench.{'lists' if name == 'list' else name}")
        print(f"== {name}", flush=True)
        uvloop.run(module.main()) if asyncio.iscoroutinefunction(module.main) else module.main()
