"""What a problem type consists of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """What one problem type says: `slug` is the last part of its `type` URI, sentences are `str.format` templates."""

    slug: str
    status: int
    title_ko: str
    title_en: str
    detail_ko: str
    detail_en: str
