"""Import contracts of the house that import-linter has no type for."""

from typing import Any

from importlinter import Contract, ContractCheck, fields, output


class SliceDoor(Contract):
    """A slice's inner modules are imported by the slice itself and by the composition root only."""

    root: Any = fields.StringField()
    inner: Any = fields.SetField(subfield=fields.StringField())

    def check(self, graph: Any, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001
        depth = self.root.count(".") + 1

        def parts(module: str) -> list[str]:
            return [*module.split("."), "", ""][depth:]

        broken = [
            f"{importer} -> {imported}"
            for importer in sorted(graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if imported.startswith(f"{self.root}.")
            and parts(importer)[0] not in ("app", parts(imported)[0])
            and set(self.inner) & set(parts(imported)[1:])
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for line in check.metadata["broken"]:
            output.print_error(line)
