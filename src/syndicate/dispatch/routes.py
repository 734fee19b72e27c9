"""Which task a Step becomes, and which lane it goes by. The only thing that both ends of a queue know."""

from syndicate.model.step import Beat, BuildFeed, Confirm, Deliver, Lane, Plan, Step, Verify, Withdraw, WriteFiles

TASKS: dict[type[Step], str] = {
    Plan: "syndicate.plan",
    Withdraw: "syndicate.withdraw",
    BuildFeed: "syndicate.build_feed",
    WriteFiles: "syndicate.write_files",
    Deliver: "syndicate.deliver",
    Verify: "syndicate.verify",
    Confirm: "syndicate.confirm",
    Beat: "syndicate.beat",
}


def lane_of(step: Step) -> Lane:
    """The queue a Step goes by. What takes something back never stands behind what brings something."""
    match step:
        case Plan():
            return "withdraw" if step.urgent else "intake"
        case Withdraw():
            return "withdraw"
        case BuildFeed() | WriteFiles():
            return "withdraw" if step.urgent else "feeds"
        case Verify() | Confirm():
            return "slow"
        case Deliver() | Beat():
            return step.lane
