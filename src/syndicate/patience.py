"""How patient we are, as it is set: what the settings say, as the pipeline takes it."""

from datetime import timedelta

from syndicate.pipeline.breaker import BreakerPolicy
from syndicate.pipeline.record import DeliveryPolicy
from syndicate.pipeline.retry import RetryPolicy
from syndicate.settings import Settings

BUDGET = timedelta(seconds=120)  # how long one Deliver step may keep a worker; told to stop, it ends within a deadline


def delivery_policy(settings: Settings) -> DeliveryPolicy:
    """With deliveries, with destinations, and with the pages of what was taken back."""
    return DeliveryPolicy(
        retry=RetryPolicy(
            first_wait_s=settings.patience.first_wait_s,
            longest_wait_s=settings.patience.longest_wait_s,
            give_up_after_s=settings.patience.give_up_after_h * 3600,
        ),
        breaker=BreakerPolicy(**vars(settings.breaker)),
        verify_within=timedelta(hours=settings.takedown.verify_within_h),
        lease=timedelta(seconds=settings.workers.lease_s),
        budget=BUDGET,
    )
