"""What `make run` prints: the address of the stack, and the README's tour with it, ready to paste."""

from __future__ import annotations

from infra.client.api import LOCAL_URL
from infra.local.clock import LocalClock, rfc3339
from infra.local.settings import Settings, checkout

_TEXT = """pages     {url}/ for citizens, {url}/shop, {url}/city; /docs describes the API
API       {url}        (GET /openapi.json lists the routes)
cloud     http://127.0.0.1:{cloud_port}        any AWS command: --endpoint-url, key test, secret test
issuer    http://127.0.0.1:{issuer_port}
data      {directory}        FRESH=1 starts anew
time      {now}, ticking; special-0606 opens at 2020-06-06T10:00:00+08:00

{tour}
Ctrl-C ends it and keeps data and time.
"""


def examples(settings: Settings, clock: LocalClock) -> str:
    url = f"http://127.0.0.1:{settings.port}"
    return _TEXT.format(
        url=url,
        cloud_port=settings.cloud_port,
        issuer_port=settings.issuer_port,
        directory=settings.directory,
        now=rfc3339(clock.now_s()),
        tour=tour(url),
    )


def tour(url: str) -> str:
    """The README's shell block, from claim to audit, against the stack at `url`."""
    readme = (checkout() / "README.md").read_text("utf-8")
    block = readme.partition("```bash\n")[2].partition("```")[0]
    return block.replace(LOCAL_URL, url)
