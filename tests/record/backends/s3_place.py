"""S3 for the suite: a server of its own, each environment below one prefix of one bucket."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Self
from unittest.mock import patch

import boto3
import requests

from domostate.record.patience import Patience
from domostate.record.s3 import S3Backend, S3Settings
from tests.record.backends.s3_server import Rule

ROOT = Path(__file__).parents[3]
BUCKET = "acme-state"
REGION = "eu-central-1"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "NO_PROXY": "127.0.0.1",
}
"""The surroundings of whoever uses the server; the key is the one of Amazon's examples."""


@dataclass(frozen=True)
class S3Factory:
    """Connections to one bucket of the server at `port`."""

    port: int
    bucket: str = BUCKET

    def __call__(self, environment: str, budget: timedelta | None = None) -> S3Backend:
        patience = Patience() if budget is None else Patience(budget, budget, budget)
        return S3Backend(self.settings, environment, patience)

    def through(self, port: int) -> Self:
        return replace(self, port=port)

    def on_wire(self, content: bytes) -> bytes:
        return content

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> S3Settings:
        return S3Settings(self.bucket, "acme", region=REGION, endpoint_url=self.url)

    def faults(self, *rules: Rule) -> None:
        """What goes wrong from now on, in place of what did."""
        rows = [asdict(rule) for rule in rules]
        requests.post(f"{self.url}/_lab/faults", json=rows, timeout=10).raise_for_status()


@contextmanager
def serving(*options: str, page: int = 7) -> Iterator[S3Factory]:
    """The server with an empty bucket, until the block ends; `page` is how many names it lists
    at once."""
    command = [sys.executable, "-m", "tests.record.backends.s3_server", *options]
    env = {**os.environ, "MOTO_S3_DEFAULT_MAX_KEYS": str(page)}
    with (
        patch.dict(os.environ, CREDENTIALS),
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=env) as process,
    ):
        try:
            assert process.stdout is not None
            ready = process.stdout.readline().strip()
            assert ready.startswith("ready at http://127.0.0.1:"), ready
            factory = S3Factory(int(ready.rpartition(":")[2]))
            client = boto3.client("s3", endpoint_url=factory.url, region_name=REGION)
            client.create_bucket(
                Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
            client.close()
            yield factory
        finally:
            process.kill()
