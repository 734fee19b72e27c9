"""Plans what came in: who may have it, and what is owed to them."""

from syndicate.model.step import Beat, Plan
from workers.app import Role, consume

ROLE = Role(lane="intake")

plan = consume(Plan)
beat = consume(Beat)
