"""What a user can do about a bank that is too small."""

from tercet.fabric.spec import MAX_DEPTH, MAX_TABLE, FabricSpec


def way_out(needed: int, key: str, spec: FabricSpec) -> str:
    """The end of a sentence: a `key` of the fabric that holds so much, if there is one."""
    depth = 1 << (needed - 1).bit_length()
    most = MAX_TABLE if key in ("walk_depth", "route_depth") else MAX_DEPTH
    if depth > most:
        return f"none has more than {most}; choose one with more tiles, or split the network"
    return f"choose a larger fabric, such as --fabric {spec.name},{key}={depth}"
