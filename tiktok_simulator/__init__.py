"""A small simulated TikTok API for Business: a deterministic world, TikTok's rules and two transports."""

from tiktok_simulator.faults.fault import Fault
from tiktok_simulator.faults.faults import Faults
from tiktok_simulator.protocol.wire import Exchange, Request, Response
from tiktok_simulator.server.app import Quota, Simulator
from tiktok_simulator.server.in_process import intercept
from tiktok_simulator.server.over_tls import serve
from tiktok_simulator.world.world import World

__all__ = [
    "Exchange",
    "Fault",
    "Faults",
    "Quota",
    "Request",
    "Response",
    "Simulator",
    "World",
    "intercept",
    "serve",
]
