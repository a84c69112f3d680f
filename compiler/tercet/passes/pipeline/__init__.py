"""The other passes, one file each; `tercet.passes` has their order."""
