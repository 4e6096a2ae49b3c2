"""How many radio messages a text takes, as Twilio counts and bills it.

Sources: 3GPP TS 23.038 section 6.2.1 for the 7-bit alphabet and its extension,
https://www.twilio.com/docs/glossary/what-sms-character-limit for the lengths.
"""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Each takes two places: an escape goes before it."""


def count_segments(text: str) -> int:
    """At least one. A character of two places is never divided between two of them."""
    if _BASIC.union(_EXTENSION).issuperset(text):
        whole, part = 160, 153
        places = [2 if character in _EXTENSION else 1 for character in text]
    else:
        whole, part = 70, 67
        places = [2 if ord(character) > 0xFFFF else 1 for character in text]
    if sum(places) <= whole:
        return 1
    segments, room = 1, part
    for needed in places:
        if needed > room:
            segments, room = segments + 1, part
        room -= needed
    return segments
