"""The way out of an error about a bank that is too small."""

from tercet.targets.fabric.format.spec import DEPTHS, FabricSpec

OTHERWISE = {
    "bank_a_depth": "choose one with more tiles, or split the layer",
    "bank_b_depth": "choose one with more tiles, or make the images smaller",
    "param_depth": "choose one with more tiles, or split the layer",
    "walk_depth": "make the layer's image smaller, or split the network",
    "route_depth": "make the layer's image smaller, or split the network",
    "out_depth": "put a quantizer behind the last layer: results of up to 8 bits go to memory piece"
    " by piece",
}
"""Ways out if no depth is enough."""


def way_out(needed: int, key: str, spec: FabricSpec) -> str:
    """The end of a sentence: a fabric whose `key` is at least `needed`, if there is one."""
    depth, (_, most) = 1 << (needed - 1).bit_length(), DEPTHS[key]
    if depth > most:
        return f"none has more than {most}; {OTHERWISE[key]}"
    return f"choose a larger fabric, such as --fabric {changed(spec, key, depth)}"


def changed(spec: FabricSpec, key: str, value: int) -> str:
    """The name of the fabric with `key` set to `value`."""
    words = [word for word in spec.name.split(",") if not word.startswith(f"{key}=")]
    return ",".join([*words, f"{key}={value}"])
