"""Sends what failed before, and looks at pages, where a partner that hangs can hold up nobody's first try."""

from syndicate.model.step import Beat, Deliver, Verify
from workers.app import Role, consume

ROLE = Role(lane="slow")

deliver = consume(Deliver)
verify = consume(Verify)
beat = consume(Beat)
