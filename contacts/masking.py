"""Names as operators and slips show them: enough to recognise, not enough to use."""

import unicodedata


def mask_name(name: str) -> str:
    """홍길동 → 홍*동, 김철 → 김*, 남궁민수 → 남**수, Hong Gildong → H*** G******.

    A Korean or Chinese word of three syllables or more keeps its first and last; any other word its first letter.
    """
    return " ".join(_mask_word(word) for word in unicodedata.normalize("NFC", name).split())


def _mask_word(word: str) -> str:
    if len(word) == 1:
        return "*"
    if len(word) == 2 or not _is_of_syllables(word):
        return word[0] + "*" * (len(word) - 1)
    return word[0] + "*" * (len(word) - 2) + word[-1]


def _is_of_syllables(word: str) -> bool:
    return all(unicodedata.name(character, "").startswith(("HANGUL", "CJK")) for character in word)
