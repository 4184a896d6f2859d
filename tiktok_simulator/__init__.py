"""A TikTok API for Business small enough to read: a deterministic world, TikTok's rules, two transports."""

from .app import Quota, Simulator
from .fault import Fault
from .faults import Faults
from .in_process import intercepted
from .transports import served
from .wire import Exchange, Request, Response
from .world import World

__all__ = [
    "Exchange",
    "Fault",
    "Faults",
    "Quota",
    "Request",
    "Response",
    "Simulator",
    "World",
    "intercepted",
    "served",
]
