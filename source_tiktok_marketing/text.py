"""Makes texts of TikTok's and of the user's fit to be shown or compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets

LONGEST_WORDS = 500


def make_printable(text: str) -> str:
    """The text without lone surrogates, which JSON can write and nothing can read back."""
    return text.encode(errors="replace").decode()


def make_plain(words: Any, longest: int = LONGEST_WORDS) -> str:
    """A foreign text on one line, without secrets and control characters, and cut to a length."""
    text = filter_secrets(str(words)[: 2 * longest])
    line = " ".join("".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text).split())
    return line if len(line) <= longest else f"{line[:longest]}…"


def quote_tiktok(answer: Mapping[str, Any], longest: int = LONGEST_WORDS) -> str:
    """TikTok's own words in the body of an answer, cut to a length, for use inside a sentence."""
    message = answer.get("message")
    return make_plain(message if message and isinstance(message, str) else "no reason given", longest).rstrip(".")


def join_some(names: Sequence[str], most: int, separator: str = ", ") -> str:
    """The first names, at most `most` of them, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return separator.join(names[:most]) + more


def spell_as_tiktok(word: str) -> str:
    """A word as TikTok's API writes it: `" Total purchase"` is total_purchase."""
    return re.sub(r"[\W_]+", "_", word.lower()).strip("_")
