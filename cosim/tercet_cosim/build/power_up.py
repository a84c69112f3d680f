"""The random state of the simulated fabric before its first reset."""


def power_up(seed: int) -> list[str]:
    """Simulator arguments that draw the state from `seed`; without them it is all zeros.

    The build draws each such value by itself (`--x-initial unique`).
    """
    return ["+verilator+rand+reset+2", f"+verilator+seed+{seed}"]
