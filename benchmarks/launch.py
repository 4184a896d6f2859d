"""`python launch.py module:function argument…` starts a Python peer as its own command would, trusting the page server.

A peer needs it if it does not read REQUESTS_CA_BUNDLE. It gets the default that the `requests` library would use.
"""

import os
import sys
from importlib import import_module

import requests.adapters

requests.adapters.DEFAULT_CA_BUNDLE_PATH = os.environ["REQUESTS_CA_BUNDLE"]
module, _, function = sys.argv.pop(1).partition(":")
getattr(import_module(module), function)()
