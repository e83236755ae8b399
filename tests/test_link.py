"""The link over a real socket: 20 pictures a second, clear refusals, and a Stop that gets through.

The clock is the test's own. The link looks at it between two reads of its sockets, so two
answers in a row prove that it has looked.
"""

import json
import socket
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from controller.caller import MOST_UNSENT_BYTES, STUCK_S
from controller.desk import FRESH_S, Desk
from controller.link import MOST_CLIENTS, TELL_EVERY_S, Link, LinkError
from controller.wish import Wish
from tests.link_client import LinkClient, connected
from tests.waiting import wait_for

PICTURE = {"mode": "ARMED", "can": ["start", "end"], "level": 3, "level_max": 10,
           "session_open": True, "words": "Ready. Press Start."}  # fmt: skip


class Rig:
    """A desk, its link, and the clock of both."""

    def __init__(self, folder: Path) -> None:
        self.now_s = 1000.0
        self.path = folder / "engine.sock"
        self.desk = Desk(lambda: self.now_s)
        self.link = Link(self.path, self.desk, lambda: self.now_s)
        self.link.start()

    def client(self) -> LinkClient:
        """One that the link knows of."""
        made = LinkClient(self.path)
        made.ask(do="?")
        return made

    def show(self, **changed: object) -> None:
        """A new picture, one period later; it is there before the clock says so."""
        at_s = self.now_s + TELL_EVERY_S
        self.desk.telemetry = {"at_s": at_s, **PICTURE, **changed}
        self.now_s = at_s

    def has_looked(self, client: LinkClient) -> list[str]:
        """Let the link look at its clock; the kinds of all lines until it surely has."""
        for number in (1, 2):
            client.send(json.dumps({"do": "?", "id": number}).encode())
        kinds, answers = [], 0
        while answers < 2:
            heard = client.hear()
            assert heard is not None
            kinds.append(heard["kind"])
            answers += heard["kind"] != "state"
        return kinds


@pytest.fixture
def rig() -> Iterator[Rig]:
    with tempfile.TemporaryDirectory(prefix="footloop-") as folder:
        made = Rig(Path(folder))
        try:
            yield made
        finally:
            made.link.close()


@pytest.fixture
def client(rig: Rig) -> Iterator[LinkClient]:
    with rig.client() as made:
        yield made


def test_the_socket_is_the_owner_s_only(rig: Rig) -> None:
    assert stat.S_IMODE(rig.path.stat().st_mode) == 0o600


def test_nothing_is_left_after_the_end() -> None:
    with tempfile.TemporaryDirectory(prefix="footloop-") as folder:
        rig = Rig(Path(folder))
        with rig.client() as client:
            client.ask(do="stop")
            rig.link.close()
            while client.hear() is not None:
                pass
        assert list(Path(folder).iterdir()) == []
    assert "link" not in [thread.name for thread in threading.enumerate()]


def test_a_link_that_never_started_can_be_closed(tmp_path: Path) -> None:
    link = Link(tmp_path / "s", Desk(lambda: 0.0))
    link.close()
    assert not (tmp_path / "s").exists()


def test_a_socket_left_behind_is_replaced(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("left by a dead engine")
    link = Link(path, rig.desk)
    link.start()
    with LinkClient(path) as client:
        assert client.ask(do="stop")["kind"] == "ok"
    link.close()


@pytest.mark.parametrize(
    ("name", "cure"),
    [("x" * 120, "a shorter path, of at most 107 bytes"), ("file/s", "check the folder's rights")],
)
def test_a_socket_that_cannot_be_is_a_sentence(tmp_path: Path, name: str, cure: str) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(LinkError, match=cure):
        Link(tmp_path / name, Desk(lambda: 0.0))


def test_twenty_pictures_a_second(rig: Rig, client: LinkClient) -> None:
    seen = []
    for number in range(20):
        rig.show(left_s=number)
        seen.append(client.state())
    assert [picture["left_s"] for picture in seen] == list(range(20))
    assert seen[-1]["at_s"] - seen[0]["at_s"] == pytest.approx(19 * TELL_EVERY_S)
    assert seen[0]["holder"] is None


def test_between_two_periods_nothing_is_sent(rig: Rig, client: LinkClient) -> None:
    rig.show()
    client.state()
    rig.now_s += TELL_EVERY_S * 0.9
    rig.desk.tell(PICTURE)
    assert "state" not in rig.has_looked(client)


def test_an_old_picture_is_never_shown_as_a_new_one(rig: Rig, client: LinkClient) -> None:
    """When the loop hangs, the page must see its picture grow old."""
    rig.show()
    client.state()
    rig.now_s += 1.0
    for _ in range(3):  # it makes up for one missed period at once; then nothing is due
        assert "state" not in rig.has_looked(client)
    with rig.client() as late:
        rig.now_s += 1.0
        assert late.state()["at_s"] == pytest.approx(rig.now_s - 2.0)


def test_everybody_sees_the_same(rig: Rig) -> None:
    with rig.client() as one, rig.client() as other:
        rig.show()
        assert one.state() == other.state()


def test_an_ask_is_answered_and_merged(rig: Rig, client: LinkClient) -> None:
    rig.show()
    seen_s = client.state()["at_s"]
    assert client.ask(do="start", count=1, seen_s=seen_s, id=5) == {"kind": "ok", "id": 5}
    assert rig.desk.wish.start_count == 1
    assert rig.desk.wish.start_at_s == rig.now_s


def test_the_holder_is_told_and_lost_with_the_session(rig: Rig, client: LinkClient) -> None:
    rig.show()
    client.state()
    assert client.ask(do="level", level=4, who="ann")["kind"] == "ok"
    rig.show()
    assert client.state()["holder"] == "ann"
    rig.show(session_open=False)
    assert client.state()["holder"] is None


@pytest.mark.parametrize(
    "line",
    [b"", b"stop", b"[]", b'{"do":"fly"}', b'{"do":"level","level":99,"who":"ann"}',
     b'{"do":"start","count":1,"seen_s":0}', b'{"do":"start","count":"1","seen_s":1000}',
     b'{"do":"pause","count":1}', b'{"do":"start","count":1,"seen_s":1000,"speed":9}',
     b"\xff\xff\x00", b'{"pad":"' + b"x" * 5000 + b'"}'],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_a_reason_and_changes_nothing(
    rig: Rig, client: LinkClient, line: bytes
) -> None:
    rig.show()
    client.state()
    client.send(line)
    answer = client.answer()
    assert answer["kind"] == "refused"
    assert len(answer["reason"]) > 10
    assert rig.desk.wish == Wish()
    assert client.ask(do="lower") == {"kind": "ok"}, "and the next line is a line of its own"


def test_the_rest_of_a_long_line_is_no_line(rig: Rig, client: LinkClient) -> None:
    client.send(b"x" * 1500 + b'{"do":"lower"}' + b"x" * 3000 + b'{"do":"lower"}')
    assert client.answer()["kind"] == "refused"
    assert client.ask(do="stop", id=2)["id"] == 2
    assert rig.desk.wish == Wish(stop_count=1)


@pytest.mark.hazard("starts-alone/late")
def test_a_start_that_lay_too_long_starts_nothing(rig: Rig, client: LinkClient) -> None:
    rig.show()
    seen_s = client.state()["at_s"]
    rig.now_s += FRESH_S * 1.01
    assert "too late" in client.ask(do="start", count=1, seen_s=seen_s)["reason"]
    assert rig.desk.wish.start_count == 0


def test_a_line_may_come_in_pieces_and_lines_together(rig: Rig, client: LinkClient) -> None:
    for byte in b'{"do":"lower","id":1}\n':
        client.socket.sendall(bytes([byte]))
    client.socket.sendall(b'{"do":"lower","id":2}\n{"do":"lower","id":3}\n')
    assert [client.answer()["id"] for _ in range(3)] == [1, 2, 3]
    assert rig.desk.wish.lower_count == 3


def test_each_client_counts_for_itself(rig: Rig) -> None:
    rig.show(can=["pause"])
    with rig.client() as one, rig.client() as other:
        assert one.ask(do="pause", count=1)["kind"] == "ok"
        assert other.ask(do="pause", count=1)["kind"] == "ok"
    assert rig.desk.wish.pause_count == 2


def test_the_stop_of_a_client_that_is_gone_at_once_gets_through(rig: Rig) -> None:
    for number in range(1, 31):
        with rig.client() as client:
            client.send(b'{"do":"stop"}')
            rig.show()
        wait_for(lambda count=number: rig.desk.wish.stop_count == count, "the stop")  # type: ignore[misc]


@pytest.mark.parametrize("how", ["hangs up", "falls silent in mid line", "does not read"])
def test_a_task_is_withdrawn_with_the_client_that_asked_for_it(rig: Rig, how: str) -> None:
    rig.show(can=["service"])
    ask = {"do": "service", "task": "home", "count": 1, "seen_s": rig.now_s}
    with rig.client() as asker, rig.client() as other:
        assert asker.ask(**ask)["kind"] == "ok"
        with rig.client() as guest:
            guest.ask(do="stop")
        other.ask(do="?")
        assert rig.desk.wish.withdrawn_count == 0, "a guest that leaves takes nothing along"
        if how == "hangs up":
            asker.close()
        elif how == "falls silent in mid line":
            asker.socket.sendall(b'{"do":"serv')
            asker.socket.shutdown(socket.SHUT_WR)
        else:
            asker.socket.sendall(b"\n" * 30_000)
        wait_for(lambda: rig.desk.wish.withdrawn_count == 1, "the task is withdrawn")
        assert rig.desk.wish.service_count == 1


def test_a_flood_delays_nobody_else(rig: Rig, client: LinkClient) -> None:
    with rig.client() as flood:
        flood.socket.sendall(b"\n" * 30_000)
        assert client.ask(do="stop") == {"kind": "ok"}
        rig.show()
        assert client.state()["mode"] == "ARMED"
    assert rig.desk.wish.stop_count == 1


@pytest.mark.hazard("no-stop/crowd")
def test_a_stop_behind_a_flood_gets_through_though_nobody_reads(rig: Rig) -> None:
    """Its answers pile up, so it is thrown out; what it had sent is taken in to the end."""
    with rig.client() as flood:
        flood.socket.sendall(b"\n" * 30_000 + b'{"do":"stop"}\n')
        wait_for(lambda: rig.desk.wish.stop_count == 1, "the stop behind the flood")
        heard = sum(1 for _ in iter(flood.hear, None))
        assert heard < 30_000, "it was thrown out before the end"


def test_who_does_not_read_misses_pictures_and_is_thrown_out_at_last(rig: Rig) -> None:
    words = "x" * MOST_UNSENT_BYTES
    with rig.client() as asleep, rig.client() as awake:
        for number in range(20):
            rig.show(words=words, left_s=number)
            assert awake.state()["left_s"] == number
        rig.now_s += STUCK_S
        for number in (20, 21):
            rig.show(words=words, left_s=number)
            assert awake.state()["left_s"] == number
        seen = asleep.socket.makefile("rb").read()
        assert 1 <= seen.count(b"\n") < 20
        assert seen.count(b'"left_s":0,') <= 1


def test_one_client_too_many_is_told_so(rig: Rig) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(rig.client()) for _ in range(MOST_CLIENTS)]
        assert all(client.ask(do="lower")["kind"] == "ok" for client in clients)
        with LinkClient(rig.path) as late:
            assert late.hear() == {"kind": "refused", "reason": "16 clients are connected already"}
            assert late.hear() is None
        assert clients[3].ask(do="stop") == {"kind": "ok"}
        clients[0].close()
        wait_for(lambda: admitted(rig), "a place that became free")


def admitted(rig: Rig) -> bool:
    """Whether the link takes one more."""
    with connected(rig.path) as client:
        try:
            client.send(b'{"do":"lower"}')
            first = client.hear()
        except OSError:
            return False
        return first == {"kind": "ok"}
