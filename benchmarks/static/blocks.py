"""Parts of float networks as their users write them, in PyTorch."""

import torch
from torch import Tensor, nn
from torch.nn import functional


def conv(
    inputs: int, outputs: int, act: nn.Module | None = None, k: int = 3, s: int = 1
) -> nn.Module:
    """Convolution, batch norm, activation."""
    parts = [nn.Conv2d(inputs, outputs, k, s, k // 2, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*parts, act or nn.ReLU())


class Residual(nn.Module):
    """ResNet's basic block."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = conv(channels, channels)
        self.second = conv(channels, channels, nn.Identity())

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.second(self.first(x)) + x)


class PreActivated(nn.Module):
    """Batch norms in front of the convolutions, so that none can be folded."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, channels, 3, padding=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.body(x)
        return y


class Inverted(nn.Module):
    """MobileNet's inverted residual."""

    def __init__(self, channels: int, act: type[nn.Module] = nn.ReLU6) -> None:
        super().__init__()
        wide = 2 * channels
        self.body = nn.Sequential(
            *(nn.Conv2d(channels, wide, 1), nn.BatchNorm2d(wide), act()),
            *(nn.Conv2d(wide, wide, 3, padding=1, groups=wide), nn.BatchNorm2d(wide), act()),
            *(nn.Conv2d(wide, channels, 1), nn.BatchNorm2d(channels)),
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.body(x)
        return y


class Inception(nn.Module):
    """Four branches, one of them a pool."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        pool = nn.Sequential(nn.AvgPool2d(3, 1, 1), conv(channels, 4, k=1))
        branches = [conv(channels, 4, k=1), conv(channels, 4), conv(channels, 4, k=5), pool]
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.branches], 1)


class Excitation(nn.Module):
    """Squeeze and excitation."""

    def __init__(self, channels: int, gate: nn.Module) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, 4, 1), nn.ReLU()),
            *(nn.Conv2d(4, channels, 1), gate),
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x * self.body(x)
        return y


class UNet(nn.Module):
    """Down, up, and what was there before beside it."""

    def __init__(self, up: nn.Module) -> None:
        super().__init__()
        self.down, self.inner = conv(3, 8), conv(8, 16)
        self.up, self.last = up, nn.Conv2d(24, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        outer = self.down(x)
        inner = self.up(self.inner(functional.max_pool2d(outer, 2)))
        y: Tensor = self.last(torch.cat([outer, inner], 1))
        return y


class Attention(nn.Module):
    """Self-attention of two heads."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.qkv, self.last = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.width = width

    def forward(self, x: Tensor) -> Tensor:
        parts = self.qkv(x).chunk(3, -1)
        q, k, v = (p.reshape(-1, x.shape[1], 2, self.width // 2).transpose(1, 2) for p in parts)
        weights = (q @ k.transpose(-1, -2) / (self.width / 2) ** 0.5).softmax(-1)
        y: Tensor = self.last((weights @ v).transpose(1, 2).reshape(-1, x.shape[1], self.width))
        return y


class Transformer(nn.Module):
    """A layer of an encoder, norms first."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attend = nn.Sequential(nn.LayerNorm(width), Attention(width))
        wide = 2 * width
        self.dense = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, wide), nn.GELU(), nn.Linear(wide, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attend(x)
        y: Tensor = x + self.dense(x)
        return y


class Shuffled(nn.Module):
    """ShuffleNet: half of the channels through a branch, then all of them shuffled."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.branch = conv(channels // 2, channels // 2)

    def forward(self, x: Tensor) -> Tensor:
        a, b = x.chunk(2, 1)
        y = torch.cat([a, self.branch(b)], 1)
        n, c, h, w = y.shape
        return y.reshape(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


class Split(nn.Module):
    """YOLO's block: a part of the channels goes on, all parts come together."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first, self.inner = (
            conv(channels, channels, nn.SiLU()),
            conv(channels // 2, 8, nn.SiLU()),
        )
        self.last = conv(channels + 8, channels, nn.SiLU(), k=1)

    def forward(self, x: Tensor) -> Tensor:
        a, b = self.first(x).chunk(2, 1)
        y: Tensor = self.last(torch.cat([a, b, self.inner(b)], 1))
        return y


class Cut(nn.Module):
    """Padding, slices, a crop."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 8, 3), nn.Conv2d(4, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.first(functional.pad(x, (1, 2, 0, 1))))
        y = y[:, 2:6, 1:-1, ::2]
        z: Tensor = self.last(functional.pad(y, (1, 1, 1, 1)))
        return z.flatten(1)


class Two(nn.Module):
    """An image and a row of features."""

    def __init__(self) -> None:
        super().__init__()
        self.image = nn.Sequential(conv(3, 8), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.row, self.last = nn.Linear(6, 8), nn.Linear(16, 4)

    def forward(self, image: Tensor, row: Tensor) -> Tensor:
        both = torch.cat([self.image(image), functional.relu(self.row(row))], 1)
        y: Tensor = self.last(both)
        return y


class Mixer(nn.Module):
    """MLP-Mixer: one dense layer over places, one over channels."""

    def __init__(self, places: int, width: int) -> None:
        super().__init__()
        self.norm, self.places = nn.LayerNorm(width), nn.Linear(places, places)
        self.channels = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.places(self.norm(x).transpose(1, 2)).transpose(1, 2)
        y: Tensor = x + self.channels(functional.gelu(x))
        return y.mean(1)


class Words(nn.Module):
    """The mean of an embedding, and a classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(40, 12)
        self.body = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 3))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.body(self.table(x).mean(1))
        return y


class Recurrent(nn.Module):
    """A GRU's last state, and a classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.last = nn.GRU(6, 8, batch_first=True), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.last(self.cell(x)[0][:, -1])
        return y


class Unrolled(nn.Module):
    """The steps of a gated cell, one by one."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(6, 8), nn.Linear(8, 3)
        self.reset, self.update, self.new = (nn.Linear(14, 8) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        state = self.first(x[:, 0]).tanh()
        for i in (1, 2):
            both = torch.cat([x[:, i], state], 1)
            reset, update = self.reset(both).sigmoid(), self.update(both).sigmoid()
            new = self.new(torch.cat([x[:, i], reset * state], 1)).tanh()
            state = new + update * (state - new)
        y: Tensor = self.last(state)
        return y
