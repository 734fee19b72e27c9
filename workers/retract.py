"""Sends removals, where a partner that hangs can't hold up the next withdrawal's decision."""

from syndicate.model.step import Beat, Deliver
from workers.app import Role, consume

ROLE = Role(lane="retract")

deliver = consume(Deliver)
beat = consume(Beat)
