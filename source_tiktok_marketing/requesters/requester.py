"""Sends requests to TikTok at half the cost of the CDK's own requester."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import requests
from airbyte_cdk.sources.declarative.requesters import HttpRequester
from airbyte_cdk.sources.declarative.requesters.requester import HttpMethod
from airbyte_cdk.sources.streams.http import HttpClient
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.mapping_helpers import combine_mappings
from typing_extensions import override

from source_tiktok_marketing.requesters.session import TiktokSession
from source_tiktok_marketing.requesters.templates import TemplatesOnce


@dataclass
class TiktokRequester(HttpRequester):
    """Sends the same requests as the CDK's `HttpRequester`, which works everything out anew for each of them.

    An ad account without rows still costs a request per stream and window, so that this is most of what a sync of many
    of them computes. Here a template is evaluated once for equal inputs (templates.py), and what all requests have in
    common is prepared once (session.py). The address only depends on the `endpoint` of the slice.

    A request with a body, or with a path or headers of its own, is left to the CDK.
    """

    name: str = field(default="", kw_only=True)
    request_parameters: Mapping[str, str] | str | None = None

    @override
    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self.name = self.name or str(parameters.get("stream", ""))
        self.request_options_provider = TemplatesOnce(
            config=self.config, parameters=parameters, request_parameters=self.request_parameters
        )
        super().__post_init__(parameters)
        self._addresses: dict[str, str] = {}

    @cached_property
    def _client(self) -> HttpClient:
        """The CDK's client, made when the first request is sent: `discover` sends none."""
        return HttpClient(
            name=self.name,
            logger=self.logger,
            error_handler=self.error_handler,
            session=TiktokSession(),
            authenticator=self.get_authenticator(),
            backoff_strategy=getattr(self.error_handler, "backoff_strategies", None),
            message_repository=self.message_repository,
            request_timeout=(self.connect_timeout_in_seconds, self.read_timeout_in_seconds),
        )

    @override
    def send_request(
        self,
        stream_state: Mapping[str, Any] | None = None,
        stream_slice: StreamSlice | None = None,
        next_page_token: Mapping[str, Any] | None = None,
        path: str | None = None,
        request_headers: Mapping[str, Any] | None = None,
        request_params: Mapping[str, Any] | None = None,
        request_body_data: Mapping[str, Any] | str | None = None,
        request_body_json: Mapping[str, Any] | None = None,
        log_formatter: Callable[[requests.Response], Any] | None = None,
    ) -> requests.Response | None:
        """TikTok's answer."""
        asked: dict[str, Any] = {"stream_slice": stream_slice, "next_page_token": next_page_token}
        body = {"request_body_data": request_body_data, "request_body_json": request_body_json}
        more: dict[str, Any] = {"path": path, "request_headers": request_headers, **body}
        if any(more.values()) or self.get_method() is not HttpMethod.GET:
            return super().send_request(**asked, **more, request_params=request_params, log_formatter=log_formatter)
        parameters: Any = combine_mappings([self.get_request_params(**asked), request_params])
        _, response = self._client.send_request(
            http_method=HttpMethod.GET.value,
            url=self._find_address(stream_slice),
            request_kwargs={"stream": self.stream_response},
            params=parameters,
            log_formatter=log_formatter,
            exit_on_rate_limit=self.exit_on_rate_limit,
        )
        return response

    def _find_address(self, stream_slice: StreamSlice | None) -> str:
        endpoint = str(stream_slice.extra_fields.get("endpoint", "")) if stream_slice else ""
        if endpoint not in self._addresses:
            self._addresses[endpoint] = self.get_url(stream_slice=stream_slice)
        return self._addresses[endpoint]
