"""TikTok's answers, each received and decoded once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from airbyte_cdk.sources.streams.http.error_handlers.response_models import ErrorResolution

from source_tiktok_marketing.requesters.json_decoding import read_json
from source_tiktok_marketing.requesters.pages import Page
from source_tiktok_marketing.schema.casting import CASTERS

NOT_GRANTED = re.compile(r"\bgrant\b.*/:?(GET|POST)\b")
LONGEST_COUNT = 12
ADVERTISER = "advertiser_id"

# The outcome of a request: an answer, or why there is none.
Outcome = requests.Response | Exception | None


class Answer(requests.Response):
    """One answer of TikTok's. All components of a stream get it in place of the response.

    The transport makes it when the whole body has arrived. The body is decoded when it is first needed, and never
    again: a page of 1,000 rows is a megabyte. A report's codec reads a page in its own way, also once (`keep_page`).
    """

    _body: Mapping[str, Any] | None = None
    is_mended = False
    """Whether something in the body had to be replaced to read it."""
    is_doubted = False
    """Whether this refusal came so often that the caller may ask for less."""
    is_paged = False
    """Whether a codec has read it."""
    page: Page | None = None
    """Its records as the report's codec read them; None if they have to be read value by value."""
    resolution: ErrorResolution | None = None
    """What the error handler decided: to go on, wait, ask again or stop."""
    row: Mapping[str, Any] | None = None
    """The row of the manifest's table of codes that it decided by."""

    def __init__(self, response: requests.Response, content: bytes) -> None:
        super().__init__()
        self.__dict__.update(response.__dict__)  # `requests` can't copy a response
        self._content, self._content_consumed = content, True  # `text` and `json` read the body from here

    @property
    def body(self) -> Mapping[str, Any]:
        """The envelope `{code, message, request_id, data}`; empty if the body is no JSON object."""
        if self._body is None:
            body, self.is_mended = read_json(self.content)
            self._body = body if isinstance(body, dict) else {}
        return self._body

    @property
    def code(self) -> int | None:
        """TikTok's code; None if the answer has no envelope."""
        code = self.body.get("code")
        return code if type(code) is int else None  # `True` is an int as well

    @property
    def message(self) -> str:
        """TikTok's words; `""` if it sent none."""
        message = self.body.get("message")
        return message if isinstance(message, str) else ""

    @property
    def data(self) -> Mapping[str, Any]:
        """The `data` of the envelope; empty if TikTok sent none."""
        return self.body.get("data") or {}

    @cached_property
    def path(self) -> str:
        """The endpoint that was asked, `campaign/get/`."""
        return find_path(self.request)

    @property
    def advertiser_id(self) -> str:
        """The ad account that the request was about; `""` if it was about none."""
        return self.get_parameter(ADVERTISER)

    def get_parameter(self, parameter: str) -> str:
        """The value that a parameter had in the request; `""` if it had none."""
        return self.parameters.get(parameter, "")

    def keep_page(self, page: Page | None) -> None:
        """Notes what a codec read."""
        self.is_paged, self.page = True, page
        if page is not None:
            self._body = page.envelope

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """The parameters of the request, as texts."""
        return read_parameters(self.request)


class KnownRequest(requests.PreparedRequest):
    """A request of which the parameters are known, so that nobody has to read them from its address."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        super().__init__()
        self.parameters = {name: value for name, value in parameters.items() if value}


def read_answer(response: requests.Response) -> Answer:
    """The response as an Answer. One that did not come through the transport is made into one."""
    return response if isinstance(response, Answer) else Answer(response, response.content or b"")


def find_request(outcome: Outcome) -> requests.PreparedRequest | None:
    """The request that an answer or an exception belongs to. A broken download does not always say."""
    found: requests.PreparedRequest | None = getattr(outcome, "request", None)
    return found


def locate(outcome: Outcome) -> tuple[str, str]:
    """The endpoint and the ad account (or `""`) that a request was about."""
    if isinstance(outcome, Answer):
        return outcome.path, outcome.advertiser_id
    return locate_request(find_request(outcome))


def locate_request(request: requests.PreparedRequest | None) -> tuple[str, str]:
    """The same for a request that was not answered yet."""
    return find_path(request), read_parameters(request).get(ADVERTISER, "")


def read_parameters(request: requests.PreparedRequest | None) -> Mapping[str, str]:
    """The parameters of a request as texts: those of its address, and those of its JSON body."""
    if request is None:
        return {}
    if isinstance(request, KnownRequest):
        return request.parameters
    text = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
    body = read_json(text)[0] if text else {}
    members = body.items() if isinstance(body, dict) else ()
    query = reversed(parse_qsl(str(urlsplit(request.url or "").query)))  # the first of several counts
    return {name: str(value or "") for name, value in members} | dict(query)


def find_path(request: requests.PreparedRequest | None) -> str:
    """The endpoint of a request, `campaign/get/`; `?` if it is not known."""
    path = str(urlsplit(request.url or "").path) if request else "?"
    return path.partition("/v1.3/")[2] or path


def is_not_granted(words: str) -> bool:
    """Whether a refusal is about an endpoint that the app may not use at all, such as `/file/video/ad/search/:GET`."""
    return bool(NOT_GRANTED.search(words))


def read_count(info: Mapping[str, Any], name: str) -> int | None:
    """A number of a `page_info`; None if it is left out. Raises ValueError if it is no count."""
    value = info.get(name)
    if value is None:
        return None
    count = int(CASTERS["integer"](str(value)[:LONGEST_COUNT]))
    if count < 0:
        raise ValueError(value)
    return count
