"""Faults of pages: the code is 0, but the data is not what was requested."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tiktok_simulator.faults.fault import Answer, Arming, Fault, refuse
from tiktok_simulator.protocol.wire import Request, Response, write_json

REPORTS = "/report/integrated/get/"
Change = Callable[[Request, dict[str, Any]], None]


class PageFaults(Arming):
    """The faults of the data of an answer. `page` is the page they concern; 0 stands for all."""

    def no_data(self, times: int | None = 1, path: str | None = None) -> Fault:
        """Code 0 without `data`."""
        return self._spoil_data("no_data", lambda _, body: body.update(data=None), times=times, path=path)

    def odd_page_info(self, times: int | None = 1, path: str | None = None) -> Fault:
        """A `page_info` of another page than the requested one."""
        return self._spoil_data(
            "odd_page_info", lambda _, body: body["data"]["page_info"].update(page=99), times=times, path=path
        )

    def page_info_without_numbers(self, times: int | None = 1, path: str | None = None) -> Fault:
        """A `page_info` without usable numbers."""
        odd = {"total_number": "many", "total_page": None}
        change = lambda _, body: body["data"]["page_info"].update(odd)  # noqa: E731 - shorter than a function
        return self._spoil_data("page_info_without_numbers", change, times=times, path=path)

    def too_few_pages(self, times: int | None = None, path: str | None = None) -> Fault:
        """A `total_page` of 1, though `total_number` says more."""
        change = lambda _, body: body["data"]["page_info"].update(total_page=1)  # noqa: E731 - shorter than a function
        return self._spoil_data("too_few_pages", change, times=times, path=path)

    def false_page_info(self, times: int | None = None, path: str | None = None, page: int = 0, **false: Any) -> Fault:
        """A `page_info` with wrong numbers (`total_number=0`), or without some of them (`total_page=None`)."""

        def change(_: Request, body: dict[str, Any]) -> None:
            told = {**body["data"].get("page_info", {}), **false}
            body["data"]["page_info"] = {name: value for name, value in told.items() if value is not None}

        return self._spoil_data("false_page_info", change, page=page, times=times, path=path)

    def no_page_info(self, times: int | None = None, path: str | None = None, page: int = 0) -> Fault:
        """Rows without a `page_info`."""
        change = lambda _, body: body["data"].pop("page_info", None)  # noqa: E731 - shorter than a function
        return self._spoil_data("no_page_info", change, page=page, times=times, path=path)

    def empty_data(self, times: int | None = None, path: str | None = None, page: int = 0) -> Fault:
        """Code 0 with empty `data`, as TikTok answers some lists that have no records."""
        return self._spoil_data("empty_data", lambda _, body: body.update(data={}), page=page, times=times, path=path)

    def listed_twice(self, times: int | None = None, path: str | None = "/oauth2/advertiser/get/") -> Fault:
        """Every row of a list twice: all of them, then all again."""
        change = lambda _, body: body["data"]["list"].extend(body["data"]["list"][:])  # noqa: E731
        return self._spoil_data("listed_twice", change, times=times, path=path)

    def unreadable_row(self, number: int, path: str, code: int = 50000) -> Fault:
        """An error for every page that has the row with this number, counted from 1."""

        def holds(request: Request) -> bool:
            page, size = (int(request.parameters.get(name, "1")) for name in ("page", "page_size"))
            return (page - 1) * size < number <= page * size

        return self.arm(Fault("unreadable_row", refuse(code, "Creative_data not valid"), path, when=holds))

    def partly_done(
        self, message: str = "Partially successful.", times: int | None = 1, path: str | None = None
    ) -> Fault:
        """Code 20001 with the data of code 0."""
        told = {"code": 20001, "message": message}
        return self._spoil_data("partly_done", lambda _, body: body.update(told), times=times, path=path)

    def empty_page(self, page: int = 1, times: int | None = 1, path: str | None = None) -> Fault:
        """A page without rows, though its `page_info` counts some."""
        return self._spoil_data(
            "empty_page", lambda _, body: body["data"].update(list=[]), page=page, times=times, path=path
        )

    def poisoned_row(self, page: int = 1, times: int | None = 1, path: str | None = REPORTS) -> Fault:
        """A row that is null."""

        def change(_: Request, body: dict[str, Any]) -> None:
            body["data"]["list"][:1] = [None]

        return self._spoil_data("poisoned_row", change, page=page, times=times, path=path)

    def repeated_page(self, page: int = 2, times: int | None = 1, path: str | None = None) -> Fault:
        """The rows of the first page on another page. The `page_info` is right."""

        def act(request: Request, answer: Answer) -> Response:
            response, first = answer(request), answer(replace(request, query={**request.query, "page": "1"}))
            body = response.json()
            body["data"]["list"] = first.json()["data"]["list"]
            return replace(response, body=write_json(body))

        return self.arm(Fault("repeated_page", act, path, when=_is_page(page), left=times))

    def always_cut(self, value: str = "equal or more than 20k", path: str | None = REPORTS) -> Fault:
        """The header of a cut answer on every answer."""

        def act(request: Request, answer: Answer) -> Response:
            response = answer(request)
            return replace(response, headers={**response.headers, "X-Tt-Ads-Throttle": value})

        return self.arm(Fault("always_cut", act, path))

    def changing_total(self, by: int = -1, times: int | None = 1, path: str | None = None) -> Fault:
        """A `total_number` that grows by a number from page to page."""

        def change(request: Request, body: dict[str, Any]) -> None:
            body["data"]["page_info"]["total_number"] += by * int(request.parameters.get("page", "1"))

        return self._spoil_data("changing_total", change, times=times, path=path)

    def small_pages(self, size: int = 3, path: str | None = None) -> Fault:
        """Pages of so many rows, whatever the request says. With more pages, more can happen between them."""

        def act(request: Request, answer: Answer) -> Response:
            return answer(replace(request, query={**request.query, "page_size": str(size)}))

        return self.arm(Fault("small_pages", act, path))

    def odd_value(self, metric: str = "spend", value: Any = "n/a", times: int | None = None) -> Fault:
        """A value of the wrong type for one metric, in all rows of a report."""

        def change(_: Request, body: dict[str, Any]) -> None:
            for row in body["data"].get("list", ()):
                if metric in row["metrics"]:
                    row["metrics"][metric] = value

        return self._spoil_data("odd_value", change, times=times, path=REPORTS)

    def unasked_day(self, day: str = "2099-01-25", times: int | None = None, path: str | None = REPORTS) -> Fault:
        """A day that was not requested, in the last row of every page of a report by day."""

        def change(_: Request, body: dict[str, Any]) -> None:
            for row in body["data"]["list"][-1:]:
                row["dimensions"]["stat_time_day"] = f"{day} 00:00:00"

        return self._spoil_data("unasked_day", change, times=times, path=path)

    def far_future(self, member: str = "modify_time", times: int | None = None, path: str | None = None) -> Fault:
        """A time in the far future, in the first row of every page of a list."""

        def change(_: Request, body: dict[str, Any]) -> None:
            for row in body["data"]["list"][:1]:
                row[member] = "9999-12-31 00:00:00"

        return self._spoil_data("far_future", change, times=times, path=path)

    def silent_accounts(
        self, *advertiser_ids: str, level: str = "AUCTION_ADVERTISER", times: int | None = None
    ) -> Fault:
        """No rows of these ad accounts in reports at one level, though there are some at lower ones."""

        def change(request: Request, body: dict[str, Any]) -> None:
            if request.parameters.get("data_level") == level:
                asked = request.parameters.get("advertiser_id")
                rows = body["data"]["list"]
                rows[:] = [row for row in rows if _find_account(row, asked) not in advertiser_ids]
                body["data"]["page_info"].update(total_number=len(rows), total_page=1)

        return self._spoil_data("silent_accounts", change, times=times, path=REPORTS)

    def _spoil_data(
        self,
        name: str,
        change: Change,
        *,
        times: int | None,
        path: str | None,
        page: int = 0,
    ) -> Fault:
        """Arms a fault that changes the decoded body of one page; of all pages for page 0."""

        def act(request: Request, answer: Answer) -> Response:
            response = answer(request)
            if response.code != 0:
                return response
            body = response.json()
            change(request, body)
            return replace(response, body=write_json(body))

        return self.arm(Fault(name, act, path, when=_is_page(page), left=times))


def _is_page(page: int) -> Callable[[Request], bool]:
    return lambda request: not page or request.parameters.get("page", "1") == str(page)


def _find_account(row: dict[str, Any], asked: str | None) -> str:
    """The ad account of a row of a report; of one about several, if the row names it."""
    return str(asked or row["dimensions"].get("advertiser_id") or row["metrics"].get("advertiser_id"))
