"""Sends what failed before, looks at pages, asks callbacks: where who hangs can hold up nobody's first try."""

from syndicate.model.step import Beat, Confirm, Deliver, Verify
from workers.app import Role, consume

ROLE = Role(lane="slow")

deliver = consume(Deliver)
verify = consume(Verify)
confirm = consume(Confirm)
beat = consume(Beat)
