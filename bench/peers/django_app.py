"""django-webhook 0.0.15 with its defaults: a task for each delivery, its event stored before and marked afterwards.

Run in an environment of its own that has django-webhook and celery[redis].
"""

import os

import django
from celery import Celery
from django.conf import settings

settings.configure(
    SECRET_KEY="bench",  # noqa: S106 - nothing is signed with it
    INSTALLED_APPS=["django.contrib.contenttypes", "django_webhook"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["BENCH_DATABASE"]}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    DJANGO_WEBHOOK={"MODELS": []},
)
app = Celery("django_app", broker=os.environ["BENCH_BROKER"])
app.conf.update(task_ignore_result=True)
app.set_default()
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from django_webhook.models import Webhook, WebhookSecret  # noqa: E402
from django_webhook.tasks import fire_webhook  # noqa: E402


def fill(urls: list[str], content: bytes, many: int) -> None:  # noqa: ARG001 - the content comes with the task
    """Make a webhook for each address."""
    call_command("migrate", verbosity=0)
    for url in urls:
        webhook = Webhook.objects.create(url=url)
        WebhookSecret.objects.create(webhook=webhook, token="a secret of thirty-two bytes ...")  # noqa: S106


def enqueue(content: bytes, many: int) -> None:
    """Hand the deliveries over."""
    ids = list(Webhook.objects.values_list("id", flat=True))
    for number in range(many):
        fire_webhook.delay(ids[number % len(ids)], content.decode())
