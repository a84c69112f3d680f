"""Files of the repository that are shipped with the emitted ones."""

from tercet import assets


def shipped(folder: str, *patterns: str) -> dict[str, str]:
    """Text of the files below a folder, by their path in the checkout."""
    root = assets.ROOT / folder
    paths = sorted(path for pattern in patterns for path in root.rglob(pattern))
    return {str(path.relative_to(assets.ROOT)): path.read_text(encoding="utf-8") for path in paths}
