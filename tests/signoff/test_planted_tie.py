"""A network whose ties all turn the wrong way fails its sign-off, though each one is explained."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from tests.golden.test_end_to_end import UNSNAPPED, truncating_pool
from tests.helpers.reports import of_a_file, passing_report

from tercet import frontends, passes
from tercet.report.verdict import judge, problems
from tercet_golden.vectors import make
from tercet_signoff.checks import golden_file
from tercet_signoff.context import CheckContext
from tercet_signoff.request import Request
from tercet_signoff.stages import Silent, Stages

ROWS = 60


@pytest.mark.parametrize(
    ("pipeline", "verdict"),
    [(passes.DEFAULT, "pass"), (UNSNAPPED, "fail")],
    ids=["ties on their lattice", "ties as float32 scales have them"],
)
def test_the_sign_off_of_a_file_judges_its_outputs(
    pipeline: tuple[Any, ...], verdict: str, tmp_path: Path
) -> None:
    path = tmp_path / "pool.onnx"
    truncating_pool(path)
    model = frontends.resolve(str(path))
    captured = frontends.capture(model)
    module = passes.run(captured, pipeline)
    noise = np.random.default_rng(0).standard_normal((ROWS, 3, 8, 8))
    ctx = CheckContext(
        Request(str(path), "small"),
        Stages(Silent()),
        model,
        captured,
        module,
        cast(Any, None),
        make(module, (noise,), ROWS, 1),
    )
    outcome = golden_file.run(ctx)
    passing = of_a_file(passing_report())
    checks = tuple(outcome if one.id == outcome.id else one for one in passing.checks)
    report = replace(passing, checks=checks)

    assert (outcome.verdict, outcome.mismatches) == (verdict, 0), outcome.detail
    assert judge(report) == verdict
    told = problems(report)
    assert len(told) == (verdict == "fail")
    assert all("golden.file is too far away: end to end the argmax" in one for one in told)
