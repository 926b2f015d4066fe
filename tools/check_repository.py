"""Gates over the repository's files: lock files without addresses, sizes of the browser parts."""

import gzip
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "src/okno/http/static"
LOCKS = ("requirements.lock", "web/package-lock.json")


def compressed(path: Path, ending: str) -> int:
    """Bytes as they travel: the variant beside the file, or gzip made here."""
    variant = path.with_name(path.name + ending)
    return variant.stat().st_size if variant.is_file() else len(gzip.compress(path.read_bytes(), 9))


def entry_files(page: Path) -> list[Path]:
    """The page, what it names, and what these modules import at once: all before anything is asked of it."""
    text = page.read_text()
    files = [p for p in page.parent.rglob("*") if p.suffix in (".js", ".css") and f"/{p.name}" in text]
    for file in files:  # grows while it is walked
        if file.suffix == ".js":
            named = re.findall(r'(?:from|import)\s*"\./([^"]+\.js)"', file.read_text())
            files += [file.parent / name for name in named if file.parent / name not in files]
    return [page, *files]


def route_files(folder: Path, *routes: str) -> list[Path]:
    """The page, its entry and what these modules load with it, without chunks of later."""
    chunks = json.loads((folder / "chunks.json").read_text())
    wanted, seen = ["index.html", *routes], set[str]()
    files = {"index.html"}
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        chunk = chunks[name]
        files.update([chunk["file"], *chunk.get("css", ())])
        wanted += chunk.get("imports", ())
    return [folder / name for name in sorted(files)]


def main() -> int:
    faults = [f"{name} holds an address" for name in LOCKS if "://" in (ROOT / name).read_text()]
    gates = [
        ("loader", [STATIC / "widget/w.js"], ".br", 2_400),
        ("idle chunk", [STATIC / "widget/idle.js"], ".br", 3_000),
    ]
    panels = {language: entry_files(STATIC / f"widget/panel.{language}.html") for language in ("ru", "en")}
    gates += [(f"panel in {language}", files, ".gz", 20_000) for language, files in panels.items()]
    first = {file for files in panels.values() for file in files}
    for chunk in sorted((STATIC / "widget/assets").glob("*.js")):
        if chunk not in first:
            name = chunk.stem.rpartition("-")[0] or chunk.stem
            gates.append((f"widget's {name}", [chunk], ".gz", 25_000 if "emoji-" in name else 8_000))
    inbox = route_files(STATIC / "console", "src/pages/WorkPage.vue", "src/pages/InboxPage.vue")
    gates.append(("console to the inbox", inbox, ".gz", 150_000))
    for name, files, ending, limit in gates:
        size = sum(compressed(f, ending) for f in files)
        print(f"{name}: {size} of {limit} bytes {ending}")
        if size > limit:
            faults.append(f"{name} is over its budget")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
