"""How patient we are, as it is set: what the pipeline is given of the settings."""

from datetime import timedelta

from syndicate.pipeline.breaker import BreakerPolicy
from syndicate.pipeline.record import DeliveryPolicy
from syndicate.pipeline.retry import RetryPolicy
from syndicate.settings import Settings

BUDGET = timedelta(seconds=120)  # how long one Deliver step may keep a worker; told to stop, it ends within a deadline


def delivery_policy(settings: Settings) -> DeliveryPolicy:
    """How patient we are, as it is set."""
    patience, breaker = settings.patience, settings.breaker
    return DeliveryPolicy(
        retry=RetryPolicy(
            first_wait_s=patience.first_wait_s,
            longest_wait_s=patience.longest_wait_s,
            give_up_after_s=patience.give_up_after_h * 3600,
        ),
        breaker=BreakerPolicy(**vars(breaker)),
        verify_within=timedelta(hours=settings.takedown.verify_within_h),
        lease=timedelta(seconds=settings.workers.lease_s),
        budget=BUDGET,
    )
