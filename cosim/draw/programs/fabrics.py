"""The fabrics of random programs, with banks so small that programs reach their ends."""

from tercet.targets.fabric.format.spec import FabricSpec, named

_SIZES = "bank_a_depth=256,bank_b_depth=512,param_depth=256,walk_depth=128,route_depth=64"

FABRICS: tuple[str, ...] = (
    f"T=1,L=5,ACC_W=20,out_depth=32,{_SIZES}",
    f"T=2,L=10,ACC_W=18,out_depth=64,{_SIZES}",
    f"T=4,L=15,ACC_W=24,out_depth=64,{_SIZES}",
    f"T=8,L=20,ACC_W=22,TELEMETRY=2,out_depth=128,{_SIZES}",
)


def specs() -> tuple[FabricSpec, ...]:
    return tuple(named(text) for text in FABRICS)
