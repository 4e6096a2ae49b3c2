"""Refusals of a method that cannot be used, with what can be used instead."""

from collections.abc import Collection, Mapping, Sequence

from gateway.core.errors import Refusal
from gateway.core.problems import Problem


def method_not_available(rule: str, methods: Collection[str]) -> Refusal:
    """With what may be used instead, or what the contact needs first."""
    listed = ", ".join(methods)
    next_ko = f"지금 쓸 수 있는 방법은 {listed}입니다."
    next_en = f"what may be used now is {listed}."
    if not methods and rule == "R3":
        next_ko = "이 연락처로는 할 수 없습니다. 명의인증을 마친 휴대폰이 필요합니다."
        next_en = "this contact will not do: a mobile that passed its ownership check is needed."
    elif not methods:
        next_ko = "이 연락처는 명의인증을 하거나, 명의인증된 다른 연락처로 추가인증을 먼저 해야 합니다."
        next_en = "this contact needs an ownership check first, or a vouch by another contact that passed its own."
    values = {"rule": rule, "next_ko": next_ko, "next_en": next_en}
    return Refusal(Problem.METHOD_NOT_AVAILABLE, values=values, members={"methods": list(methods)})


def in_words(methods: Collection[str]) -> dict[str, str]:
    """The methods for the sentences of a refusal: `methods_ko` and `methods_en`."""
    listed = ", ".join(methods)
    return {"methods_ko": listed or "없음", "methods_en": listed or "nothing"}


def refusal_with_what_is_left(
    problem: Problem, contact_id: str, left: Mapping[str, Sequence[str]], **more: str
) -> Refusal:
    """With what may be used instead on this and other contacts: `left`, by contact id.

    `more` goes into the sentence and the members.
    """
    here = list(left.get(contact_id, ()))
    others = [
        {"contact_id": other, "methods": methods} for other, methods in left.items() if methods and other != contact_id
    ]
    return Refusal(problem, values={**more, **in_words(here)}, members={**more, "methods": here, "contacts": others})
