"""The Python on the page about the architecture runs as it stands there."""

import re
from pathlib import Path

from tercet_signoff import checks

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"


def test_the_chain_of_values_on_the_page_runs() -> None:
    chain = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
    values: dict[str, object] = {}
    exec(chain, values)
    assert {"captured", "module", "planned", "values"} <= set(values)


def test_the_check_on_the_page_is_the_one_in_the_folder() -> None:
    shown = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
    (folder,) = checks.__path__
    assert (Path(folder) / "c_bitexact.py").read_text(encoding="utf-8").endswith(shown)
