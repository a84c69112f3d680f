"""`tercet check` of real files by others: each ends in time, with a plan or the right reason."""

import time
from pathlib import Path

from tests.helpers.real_files import on_real_files
from typer.testing import CliRunner

from tercet.cli.app import app

SECONDS = 60
"""Processor time."""
FITS = "All of it runs on the fabric small"
WINDOW = "--fabric small,bank_a_depth=2048"
SUMS = "put a quantizer behind the last layer"
OPEN = "--input-type"


@on_real_files(
    "path, options, code, told",
    ("TFC_2W2A", "", 0, FITS),
    ("finn_build_dataflow", "", 0, FITS),
    ("eltwise_chanlast_testcase", "", 0, FITS),
    ("espcn_nn_resize_quant", "", 0, WINDOW),
    ("separable_conv_ch_last", "", 0, SUMS),
    ("qkeras_jettagging", "", 1, OPEN),
    ("qkeras_jettagging", "--input-type=FIXED<16,6>", 0, "quantize them to u8 or s8"),
    ("mnist_conv_float", "", 1, "quantize the file first"),
)
def test_a_real_file_is_answered_in_time(path: Path, options: str, code: int, told: str) -> None:
    began = time.process_time()
    result = CliRunner().invoke(app, ["check", str(path), *options.split()])
    assert result.exit_code == code, result.output
    assert told in " ".join(result.output.split())
    assert time.process_time() - began < SECONDS
