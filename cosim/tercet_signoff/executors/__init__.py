"""The executors of the targets' artifacts."""
