"""Names of values and networks as identifiers of C and C++."""

import re
import unicodedata
from collections.abc import Iterable

_WORDS = """
alignas alignof and and_eq asm assert auto bitand bitor bool break case catch char char16_t char32_t
char8_t class co_await co_return co_yield compl concept const const_cast consteval constexpr
constinit continue decltype default delete do double dynamic_cast else enum EOF errno explicit
export extern false float for friend goto i386 if import inline int layers linux long main module
mutable namespace new noexcept not not_eq NULL nullptr offsetof operator or or_eq private protected
public register reinterpret_cast requires restrict return short signed sizeof static static_assert
static_cast std stderr stdin stdout struct switch template tercet this thread_local throw top true
try typedef typeid typename typeof typeof_unqual union unix unsigned using virtual void volatile
wchar_t while xor xor_eq
"""
RESERVED = frozenset(_WORDS.split())
"""Keywords of C to C23 and C++ to C++20, common macros, and names in generated programs."""
_LIMIT = re.compile(r"(U?INT\w*|SIZE|PTRDIFF|WCHAR|WINT|SIG_ATOMIC)_(MIN|MAX|C|WIDTH)|TERCET_\w+")
"""Macros of <stdint.h>, and Tercet's."""

_FILES = """
aio assert aux cerrno complex con cpio ctype dirent dlfcn elf endian err errno error fcntl features
fenv float fmtmsg fnmatch ftw getopt glob grp iconv inttypes iso646 langinfo libgen limits link
locale malloc math memory monetary mqueue ndbm netdb nl_types nul pwd poll prn pthread regex
resolv sched search semaphore setjmp signal spawn stdalign stdarg stdatomic stdbool stddef stdint
stdio stdlib stdnoreturn string strings stropts syslog tar termios tgmath threads time types
uchar ulimit unistd utime utmpx values wait wchar wctype wordexp
"""
FILES = frozenset(_FILES.split())
"""Headers of C, C++ and POSIX, which a generated header would hide, and Windows device names."""


def identifier(name: str, nameless: str = "value") -> str:
    """`name` with everything else replaced by "_": "features.0:linear" is features_0_linear.

    Letters lose their accents; a name without ASCII letters and digits becomes `nameless`.
    """
    letters = unicodedata.normalize("NFKD", name)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    plain = re.sub(r"\W", "_", bare, flags=re.ASCII).strip("_") or nameless
    return f"n{plain}" if plain[0].isdigit() else f"{plain}_" if _taken(plain) else plain


def network_name(name: str) -> str:
    """The name of a network's files, and the prefix of its external symbols."""
    found = identifier(name, "network")
    return f"{found}_" if found.lower() in FILES else found


def identifiers(names: Iterable[str]) -> list[str]:
    """An identifier for each of `names`: all different, with and without a "_t" behind."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        wish = candidate = identifier(name)
        repeat = 1
        while taken & {candidate, f"{candidate}_t"}:
            repeat += 1
            candidate = f"{wish}_{repeat}"
        taken |= {candidate, f"{candidate}_t"}
        found.append(candidate)
    return found


def _taken(plain: str) -> bool:
    return plain in RESERVED or f"{plain}_t" in RESERVED or bool(_LIMIT.fullmatch(plain))
