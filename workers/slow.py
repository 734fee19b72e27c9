"""Sends what failed before, where a partner that hangs can hold up nobody's first try."""

from syndicate.model.step import Beat, Deliver
from workers.app import Role, consume

ROLE = Role(lane="slow")

deliver = consume(Deliver)
beat = consume(Beat)
