"""Texts of others: TikTok's words go into a sentence, and a long list is cut with its count."""

from __future__ import annotations

from typing import Any

import pytest

from source_tiktok_marketing.text import join_some, quote_tiktok


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"message": "No permission."}, "No permission"),
        ({"message": "Two\nlines."}, "Two lines"),
        ({"message": ""}, "no reason given"),
        ({"message": None}, "no reason given"),
        ({"message": {"a": 1}}, "no reason given"),
        ({}, "no reason given"),
    ],
)
def test_what_tiktok_says_goes_on_in_a_sentence_and_where_it_says_nothing_that_is_said(
    answer: dict[str, Any], words: str
) -> None:
    assert quote_tiktok(answer) == words


@pytest.mark.parametrize(("most", "told"), [(1, "a and 2 more"), (2, "a, b and 1 more"), (3, "a, b, c")])
def test_a_long_list_ends_in_the_number_of_those_it_does_not_name(most: int, told: str) -> None:
    assert join_some(["a", "b", "c"], most) == told
