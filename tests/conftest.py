"""Runs the tests far from UTC, so that nothing can lean on the machine's own zone unnoticed."""

import os
import time

os.environ["TZ"] = "Australia/Lord_Howe"
if hasattr(time, "tzset"):
    time.tzset()
