"""The panel's HTTP: it lets in, forwards and shows, and decides nothing.

`create_app` puts the layers together: armour, door, flood, routes.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from fastapi import FastAPI
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from controller.panel import routes
from controller.panel.address import Settable
from controller.panel.client import Link
from controller.panel.flood import Flood
from controller.panel.pairing import Pairing
from controller.panel.problems import answer_problems
from controller.panel.screen import PageExtras, Screen
from controller.panel.security import Armour, Door


def _end_with(running: "asyncio.Task[None]") -> None:
    """A panel whose link died cannot pass a stop on: it ends, and is started again."""
    if not running.cancelled():
        signal.raise_signal(signal.SIGTERM)


def _with_link(link: Link) -> Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]:
    """The app's life is its link's."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        running = asyncio.create_task(link.run())
        running.add_done_callback(_end_with)
        yield
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    return lifespan


def create_app(
    link: Link,
    *,
    hosts: Iterable[str],
    show_code: Callable[[str], None],
    settable: Settable = Settable(),  # noqa: B008 - a value
    extra_routes: Sequence[BaseRoute] = (),
    extras: PageExtras | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> FastAPI:
    """The panel over one link. `extra_routes` need no paired phone; Host and Origin still count."""
    pairing = Pairing(show_code, clock)
    link.listen(pairing.hear)
    panel = routes.Panel(link, pairing, Screen(extras), clock)

    def is_extra(scope: Scope) -> bool:
        return any(route.matches(scope)[0] is Match.FULL for route in extra_routes)

    app = FastAPI(
        title="Footloop", version="1", lifespan=_with_link(link), docs_url=None, redoc_url=None,
        redirect_slashes=False,
    )  # fmt: skip
    app.add_middleware(Flood, clock=clock)
    app.add_middleware(
        Door, hosts=hosts, names_settable=settable.names, phone_of=pairing.phone,
        is_open=is_extra, clock=clock,
    )  # fmt: skip
    app.add_middleware(Armour)
    answer_problems(app)
    app.include_router(routes.looking(panel))
    app.include_router(routes.stopping(panel), prefix="/api/v1")
    app.include_router(routes.asking(panel), prefix="/api/v1", responses=routes.WRONG)
    app.include_router(routes.entering(panel), prefix="/api/v1", responses=routes.WRONG)
    app.router.routes.extend(extra_routes)
    return app
