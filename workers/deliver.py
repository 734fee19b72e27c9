"""Sends first tries."""

from syndicate.model.step import Beat, Deliver
from workers.app import Role, consume

ROLE = Role(lane="deliver")

deliver = consume(Deliver)
beat = consume(Beat)
