"""What a sign-off says of classes: right, unlike the integers, and by which executor."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
import torch
from tests.helpers.fake_fabric import FakeModel, context, install, right_run
from torch import Tensor, nn

from tercet.errors import CaptureError, TercetError
from tercet.report.contract import Answers, Vectors
from tercet.report.pages import words
from tercet_signoff import accuracy, facts, weak
from tercet_signoff.context import CheckContext

ROWS = 10
OUTPUT = "fc2:linear"


class Says(nn.Module):
    """Answers its rows with these classes, one after the other."""

    def __init__(self, classes: Sequence[int]) -> None:
        super().__init__()
        self.classes = list(classes)

    def forward(self, x: Tensor) -> Tensor:
        return torch.eye(3)[self.classes[: len(x)]]


def labelled(
    labels: Sequence[int] | None = None, said: Sequence[int] | None = None
) -> CheckContext:
    """Ten samples with classes: without more, all that the integers say."""
    ctx = context()
    right = ctx.golden[OUTPUT][:ROWS].argmax(1).tolist()
    model = FakeModel(
        module=Says(said or right),
        samples=(ctx.vectors.x[:ROWS],),
        labels=tuple(labels or right),
        source="data.npz",
    )
    request = replace(ctx.request, vectors=ROWS)
    return replace(ctx, model=cast(Any, model), request=request)


def test_every_executor_is_told_with_what_it_has_right(monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = labelled()
    install(monkeypatch, right_run(ctx))
    found = accuracy.measured(ctx)
    assert found is not None
    assert found.vectors == ROWS
    assert found.answers == tuple(Answers(n, ROWS, 0) for n in ("integers", "PyTorch", "RTL"))
    assert words.accuracy(found) == "10 of 10 right (100 %); PyTorch and RTL the same"


def test_as_many_right_is_not_the_same_where_other_classes_were_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = labelled().model.labels
    labels = [(right[0] + 1) % 3, *right[1:]]
    said = [labels[0], (right[1] + 1) % 3, *right[2:]]
    ctx = labelled(labels, said)
    run = right_run(ctx)
    run.outputs[OUTPUT][2] = np.eye(3)[(right[2] + 1) % 3]
    install(monkeypatch, run)
    found = accuracy.measured(ctx)
    assert found is not None
    assert found.answers == (
        Answers("integers", 9, 0),
        Answers("PyTorch", 9, 2),
        Answers("RTL", 8, 1),
    )
    assert words.accuracy(found) == (
        "9 of 10 right (90 %); PyTorch 9, another class than the integers in 2 vectors; "
        "RTL 8, another class than the integers in 1 vector"
    )


def test_the_rtl_that_did_not_run_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = labelled()
    install(monkeypatch, TercetError("no irq"))
    found = accuracy.measured(ctx)
    assert found is not None
    assert [one.executor for one in found.answers] == ["integers", "PyTorch"]


def test_without_classes_and_in_a_rerun_nothing_is_told() -> None:
    assert accuracy.measured(context()) is None
    ctx = labelled()
    assert accuracy.measured(replace(ctx, request=replace(ctx.request, only=3))) is None


def test_only_the_vectors_that_were_asked_for_count(monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = labelled()
    few = replace(ctx, request=replace(ctx.request, vectors=4))
    install(monkeypatch, right_run(few))
    found = accuracy.measured(few)
    assert found is not None
    assert found.vectors == 4


@pytest.mark.parametrize("label", [-1, 3])
def test_a_class_that_the_network_has_not_is_one_sentence(label: int) -> None:
    ctx = labelled([label] * ROWS)
    with pytest.raises(CaptureError, match=f"data.npz: y holds the class {label}; the model has 3"):
        accuracy.require_classes(ctx)


def origins(**many: int) -> Vectors:
    named = {name.replace("_", ": "): count for name, count in many.items()}
    return Vectors(sum(many.values()), 1, named, None, 1, "", 0)


def test_the_headline_says_where_vectors_come_from() -> None:
    assert (
        words.vectors(origins(real=200, corner_a=1, corner_b=15)) == "200 real + 16 corner vectors"
    )
    mixed = origins(example=1, random=1199, corner_a=16)
    assert words.vectors(mixed) == "1 example + 1,199 random + 16 corner vectors"
    assert words.vectors(origins(real=1)) == "1 real vector"


def test_the_samples_that_were_used_are_told_of_those_that_there_are() -> None:
    some = replace(origins(real=200, corner_a=16), source="d.npz", available=360)
    assert words.samples(some) == "the first 200 of 360 of d.npz"
    assert words.samples(replace(some, available=200)) == "all 200 of d.npz"
    assert words.samples(origins(random=200)) == ""


def warned(there: int, asked: int) -> tuple[str, ...]:
    ctx = context()
    labels = [f"real {i}" for i in range(there)] + [f"random {i}" for i in range(asked - there)]
    drawn = replace(ctx.vectors, labels=(*labels, *ctx.vectors.labels[ROWS:]))
    model = FakeModel(samples=(np.zeros((there, 6), np.int64),), source="d.npz")
    request = replace(ctx.request, vectors=asked)
    return weak.warnings(replace(ctx, vectors=drawn, model=cast(Any, model), request=request))


def test_mostly_random_vectors_and_too_few_samples_are_warned_of() -> None:
    assert warned(20, 20) == ()
    assert warned(15, 20) == (
        "5 of the 36 vectors are random: 15 samples are there, of d.npz, and 20 vectors were asked "
        "for",
    )
    (most,) = warned(1, 200)
    assert most.startswith("199 of the 216 vectors are random: 1 sample is there, of d.npz; most")
    assert "--samples data.npz" in most
    (none,) = warned(0, 200)
    assert "there are no samples; most vectors are noise" in none


def test_the_report_says_how_many_samples_there_are() -> None:
    found = facts.vectors(labelled())
    assert (found.source, found.available, found.origins["real"]) == ("data.npz", ROWS, 10)
