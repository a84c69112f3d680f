"""All files that a model is compiled to, from the targets that were asked for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from xdsl.dialects.builtin import ModuleOp

from tercet import frontends, passes
from tercet.frontends.reading import AS_WRITTEN
from tercet.ir.module import outputs_of
from tercet.ir.names import value_names
from tercet.ir.types import Array
from tercet.report.pages.files import encoded
from tercet.targets.door import Artifact, Examples, Files, Settings
from tercet.targets.registry import named, targets
from tercet.targets.shared.identifiers import network_name
from tercet_golden import integer
from tercet_golden.vectors import make

REAL, SEED = 8, 1
"""Number of random vectors in a testbench, besides the corners, and their seed."""
ELEMENTS = 1 << 18
"""The most elements of all vectors in a testbench: large inputs get fewer vectors."""


@dataclass(frozen=True, eq=False)
class Bundle:
    """The files by path, one folder for each target, and the artifacts that they come from."""

    files: Files
    artifacts: tuple[Artifact, ...]


def bundle(
    model: str,
    settings: Settings,
    wanted: Sequence[str] | None,
    reading: frontends.Reading = AS_WRITTEN,
    name: str | None = None,
) -> Bundle:
    """All files of the targets in `wanted`, and manifest.json with the digest of each file.

    Files and functions are called `name`, or else like the model.
    """
    settings.asked.tell(f"capture {model}")
    found = frontends.resolve(model, reading)
    module = passes.run(frontends.capture(found))
    called = name or network_name(found.name)
    files, artifacts = dict[str, str | bytes](), list[Artifact]()
    for target in map(named, wanted) if wanted else targets():
        artifact = target.lower(module, target.options(settings))
        examples = _examples(module, found.samples) if target.info.wants_examples else None
        emitted = artifact.files(called, examples)
        files |= {f"{target.info.folder}/{path}": content for path, content in emitted.items()}
        artifacts.append(artifact)
    manifest = {"manifest.json": _manifest(found.name, settings.fabric, files)}
    return Bundle({**files, **manifest}, tuple(artifacts))


def _examples(module: ModuleOp, samples: tuple[Array, ...]) -> Examples:
    """Vectors of a test bench, with the outputs of the integer reference."""
    drawn = make(module, samples, REAL, SEED)
    elements = sum(x[0].size for x in drawn.xs)
    count = max(1, min(len(drawn.labels), ELEMENTS // elements))
    given = tuple(x[:count] for x in drawn.xs)
    values, names = integer.run(module, *given), value_names(module)
    return Examples(given, tuple(values[names[output]] for output in outputs_of(module)))


def _manifest(model: str, fabric: str, files: Files) -> str:
    digests = {
        path: sha256(encoded(content) if isinstance(content, str) else content).hexdigest()
        for path, content in files.items()
    }
    listed = {"model": model, "fabric": fabric, "sha256": digests}
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"
