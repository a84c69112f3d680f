"""The one way a template of this package is rendered."""

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment(package: str, *, autoescape: bool = False) -> Environment:
    """Templates of `package`; an unknown name in one is an error."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
