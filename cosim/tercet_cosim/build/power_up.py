"""What the simulated fabric holds before its first reset: registers without reset, memories."""


def power_up(seed: int) -> list[str]:
    """Arguments of a simulator that draw it, seed by seed; without them it would be all zeros.

    The build makes every such value its own (`--x-initial unique`).
    """
    return ["+verilator+rand+reset+2", f"+verilator+seed+{seed}"]
