"""The sentences, before anything is put into them."""

from dataclasses import fields
from string import Formatter

import pytest

from ivr.phrases import PHRASES, Language, Phrases

FILLED = {"firm", "operation", "first_key", "deny_key", "tries"}


def sentences(phrases: Phrases) -> dict[str, str]:
    values = {field.name: getattr(phrases, field.name) for field in fields(phrases)}
    return {name: value if isinstance(value, str) else " ".join(value) for name, value in values.items()}


@pytest.mark.parametrize("language", Language)
def test_no_sentence_has_a_digit_of_its_own(language: Language) -> None:
    assert not [name for name, text in sentences(PHRASES[language]).items() if any(map(str.isdigit, text))]


def test_both_languages_fill_the_same_fields() -> None:
    used = [
        {name: {part[1] for part in Formatter().parse(text)} - {None} for name, text in sentences(of).items()}
        for of in (PHRASES[Language.KOREAN], PHRASES[Language.ENGLISH])
    ]
    assert used[0] == used[1]
    assert set().union(*used[0].values()) == FILLED
