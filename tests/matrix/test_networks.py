"""Whole networks."""

from collections.abc import Callable

import pytest
from tests.helpers.matrix import ares, networks
from tests.helpers.matrix.networks import Net
from tests.helpers.matrix.parts import WIDTHS, pixels, samples
from tests.helpers.matrix.proof import prove

NETWORKS: list[Callable[[], Net]] = [
    networks.Cnv,
    networks.resnet8,
    networks.MobileNet,
    networks.DsCnn,
    networks.Autoencoder,
    networks.UNet,
    networks.DenseBlock,
    networks.Sequence,
    networks.resnet18,
    ares.simple,
    ares.wide_window,
    ares.mlp,
    ares.residual,
    ares.Dense,
    ares.four_pools,
    ares.bottleneck,
    ares.strides,
    ares.paddings,
    ares.odd,
    ares.ZeroPadded,
]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.__name__)
def test_a_network(network: Callable[[], Net]) -> None:
    model = network()
    proof = prove(model, pixels(*model.shape, rows=model.rows))
    assert proof.quantizers >= 3


@pytest.mark.parametrize("weight", WIDTHS)
def test_networks_of_every_weight(weight: str) -> None:
    prove(networks.JetTagging(WIDTHS[weight]), samples(16, rows=40))
    prove(networks.LeNet(WIDTHS[weight]), pixels(*networks.LeNet.shape, rows=4))
    model = networks.ResNet((4, 8), 1, WIDTHS[weight])
    prove(model, pixels(3, 8, 8, rows=8))
