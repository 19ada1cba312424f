"""Checks the Service of a file of manifests, and ends with 1 where a path fails and 2 where there is no verdict.

    pip install openapi-python-client==0.29.1
    openapi-python-client generate --path openapi.yaml --meta none --output-path portolan_client
    python check.py toad.yaml
"""

import os
import sys
import uuid

from portolan_client import AuthenticatedClient, Client
from portolan_client.api.jobs import create_job, get_job
from portolan_client.models import Job, JobRequest, JobRequestTarget, Verdict

WAIT = 25


def check(file: str) -> Verdict | None:
    server, token = os.environ["PORTOLAN_SERVER"], os.environ.get("PORTOLAN_TOKEN")
    timeout = WAIT + 30
    client = AuthenticatedClient(server, token=token, timeout=timeout) if token else Client(server, timeout=timeout)
    with open(file, encoding="utf-8") as manifests:
        # The generator leaves out bodies of YAML; the target takes the same text.
        request = JobRequest(target=JobRequestTarget(manifests=manifests.read()))
    job = create_job.sync(client=client, body=request, wait=WAIT, idempotency_key=str(uuid.uuid4()))
    # A wait that has run out is asked for again.
    while isinstance(job, Job) and job.verdict is None:
        job = get_job.sync(job.id, client=client, wait=WAIT)
    if not isinstance(job, Job):
        print(f"portolan refused: {job}", file=sys.stderr)
        return None
    for path in job.paths:
        for result in path.results:
            if result.failure:
                print(path.kind, result.failure.code)
    return job.verdict


if __name__ == "__main__":
    verdict = check(sys.argv[1])
    print("verdict", verdict)
    sys.exit({Verdict.PASS: 0, Verdict.FAIL: 1}.get(verdict, 2))
