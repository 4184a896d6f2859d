"""Tries the user's own streams in a check."""

from __future__ import annotations

from collections.abc import Iterable

from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream

from source_tiktok_marketing.config.form import number_sentences
from source_tiktok_marketing.errors import ConfigError


def ask_for_samples(streams: Iterable[AbstractStream], names: Iterable[str]) -> None:
    """Asks TikTok for one row of each of the user's reports. Raises a config_error naming all it refuses."""
    wanted = (stream for stream in streams if stream.name in names)
    answers = [(stream.name, stream.check_availability()) for stream in wanted]
    if refused := [f"{name}: {answer.reason}" for name, answer in answers if not answer.is_available]:
        raise ConfigError(
            message=f"TikTok refuses what Custom Reports or Extra Endpoints ask for:\n{number_sentences(refused)}",
            internal_message=f"{len(refused)} streams of the user's own were refused",
        )
