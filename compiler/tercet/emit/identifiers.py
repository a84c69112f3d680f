"""Names of values as identifiers of C and C++."""

import re
from collections.abc import Iterable

_WORDS = """
alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t class
compl const const_cast constexpr continue decltype default delete do double dynamic_cast else enum
explicit export extern false float for friend goto if inline int layers long main mutable namespace
new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast
restrict return short signed sizeof static static_assert static_cast std struct switch template
tercet this thread_local throw top true try typedef typeid typename union unsigned using virtual
void volatile wchar_t while xor xor_eq
"""
RESERVED = frozenset(_WORDS.split())
"""Keywords of C99 and C++14, and the names that generated programs use themselves."""


def identifier(name: str) -> str:
    """`name` with everything else replaced by "_": "features.0:linear" is features_0_linear."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII).strip("_") or "value"
    return f"n{plain}" if plain[0].isdigit() else f"{plain}_" if plain in RESERVED else plain


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """An identifier for each of `names`, all different."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        wish = candidate = identifier(name)
        repeat = 1
        while candidate in taken:
            repeat += 1
            candidate = f"{wish}_{repeat}"
        taken.add(candidate)
        found[name] = candidate
    return found
