"""Names as people write them and as carriers keep them: the same person's, or not (R6).

Carriers write a name without spaces, in capitals, romanised with or without a hyphen, with the family name first
or last, or masked. Differences of writing are no differences; everything else is, because doubt is a no. A name
in Hangul and its romanisation are never taken for the same: several names share one romanisation.
"""

import unicodedata

_JOINERS = frozenset(" -‐‑'’.·")
"""What stands between the parts of one name: hyphens of romanised given names, apostrophes, dots of initials."""
_LATIN, _HANGUL = "LATIN ", "HANGUL "


def same_name(ours: str, theirs: str) -> bool:
    """Whether both are certainly the name of one person. A masked or unreadable name is nobody's."""
    our_words, their_words = _words(ours), _words(theirs)
    if not our_words or not their_words:
        return False
    return "".join(our_words) in _orders(their_words) or "".join(their_words) in _orders(our_words)


def spellings(name: str) -> tuple[str, ...]:
    """The name as a carrier may keep it, likeliest first: at most three ways to ask for the same person.

    A name in Hangul is kept without spaces. A romanised one is often kept in capitals with the family name first,
    as passports and residence cards print it.
    """
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    words = _words(plain)
    if words and _is_in(_HANGUL, words):
        return ("".join(words),)
    if len(words) < 2 or not _is_in(_LATIN, words):
        return (plain,)
    moved = (words, words[-1:] + words[:-1], words[1:] + words[:1])
    return tuple(dict.fromkeys(" ".join(order).upper() for order in moved))


def _words(name: str) -> list[str]:
    """Folded words of letters only; none at all where something else is in the name, such as a mask."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    spaced = " ".join(folded.split())
    if not all(one in _JOINERS or unicodedata.category(one)[0] in "LM" for one in spaced):
        return []
    words = ("".join(one for one in word if one not in _JOINERS) for word in spaced.split(" "))
    return [word for word in words if word]


def _orders(words: list[str]) -> set[str]:
    """The words run together, as they stand and, if they are romanised, with the first last or the last first."""
    if not _is_in(_LATIN, words):
        return {"".join(words)}
    return {"".join(order) for order in (words, words[1:] + words[:1], words[-1:] + words[:-1])}


def _is_in(script: str, words: list[str]) -> bool:
    return all(unicodedata.name(one, "").startswith(script) for one in "".join(words))
