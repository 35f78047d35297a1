"""``mainstay case``: SPEC §7 on the command line."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from mainstay.adapters.sql import SqlStore
from mainstay.contest import Case, CaseArgument, Verification, commit
from tests.command import Done, database, mainstay
from tests.integration.configured import config

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
#: SPEC §7's vector.
QUESTION = "May a doctor lie to spare a patient?"
NONCE = bytes(range(32))
DIGEST = "ace3002d650807500bae56a6d30bc9255366beee916f794d6b822c145da0e211"

VOTES = """\
case_id,argument_id,user_id,side,text,at,id
,a1,bob,,,2024-05-01T13:00:00Z,
case-0001,,ada,no,,2024-05-01T12:00:00Z,
case-0001,,bob,yes,,2024-05-01T14:30:00+02:00,
case-0001,,cyd,no,,1714566600,
case-0001,,ada,,Trust is hard to win back.,2024-05-01T12:10:00Z,a1
,a1,cyd,,,2024-05-01T13:00:01Z,
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of an empty store."""
    url = database(tmp_path)
    assert mainstay("init", "--db", url).status == 0
    return url


def opened_at_noon(url: str, *case_ids: str, side: str = "no") -> None:
    """Have cases that opened at noon of a day long over, with the vector's nonce."""
    with SqlStore.open(url) as store:
        for case_id in case_ids:
            case = Case(case_id, QUESTION, ["yes", "no"])
            commitment, secret = commit(case, side, NONCE)
            store.contests.draft(case, commitment, secret, now=NOON)
            store.ledger.submit(f"verdict:{case_id}", commitment.digest)
            store.contests.verified(case_id, Verification.VERIFIED, now=NOON, lasting=DAY)


def open_case(url: str, *options: str, verdict: bytes = b"no\n") -> Done:
    sides = ("--side", "yes", "--side", "no")
    return mainstay("case", "open", QUESTION, *sides, "--db", url, *options, stdin=verdict)


def imported(url: str, text: str, *options: str) -> Done:
    return mainstay("case", "import", "-", "--db", url, *options, stdin=text.encode())


def closed(url: str) -> None:
    """Have SPEC's case voted on, and closed."""
    opened_at_noon(url, "case-0001")
    assert imported(url, VOTES).status == 0
    assert mainstay("case", "close", "case-0001", "--db", url).status == 0


def test_a_case_opens_at_once_with_the_verdict_from_standard_input(url: str) -> None:
    done = open_case(url, "--id", "case-0001", "--creator", "eve")
    assert (done.status, done.out) == (0, "case-0001\n")
    first, digest, until, following = done.err.splitlines()
    assert first == "case-0001 is open. Its commitment is verified:"
    shown = mainstay("case", "show", "case-0001", "--db", url, "--json").json
    assert shown["digest"] == digest
    assert until == f"It takes votes until {shown['closes_at'][:19]}Z."
    assert following.startswith("Next: mainstay case vote case-0001 USER SIDE --db sqlite")
    assert (shown["creator"], shown["sides"], shown["status"]) == ("eve", ["yes", "no"], "open")


def test_ids_that_are_not_given_tell_cases_apart(url: str) -> None:
    ids = {open_case(url).out for _ in range(3)}
    assert len(ids) == 3
    assert all(each.startswith("case-2") for each in ids)


def test_a_case_stays_open_as_long_as_the_configuration_says(url: str, tmp_path: Path) -> None:
    file = config(tmp_path, "[contest]\nlasting = 90\n")
    case = open_case(url, "--config", file, "--json").json
    begin, end = (datetime.fromisoformat(case[name]) for name in ("opens_at", "closes_at"))
    assert end - begin == timedelta(seconds=90)


def test_a_second_case_of_an_id_is_refused(url: str) -> None:
    open_case(url, "--id", "case-0001")
    again = open_case(url, "--id", "case-0001")
    assert (again.status, again.out) == (1, "")
    assert "id is there already, with other contents, got 'case-0001'" in again.err


def test_a_case_whose_key_the_ledger_has_otherwise_does_not_open(url: str) -> None:
    with SqlStore.open(url) as store:
        store.ledger.submit("verdict:case-0001", "something else")
    done = open_case(url, "--id", "case-0001")
    assert done.status == 1
    why, what, *_ = done.err.splitlines()
    assert why.startswith("the commitment of a case is contradicted, got 'case-0001'.")
    assert what == "case-0001 is draft. Its commitment is contradicted:"


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (b"maybe-so\n", "verdict is not a side of the case. Its sides are ('yes', 'no')."),
        (b"", "verdict is missing. Type it when asked, or write it to standard input: one line"),
        (b"\nno\n", "verdict is missing."),
        (b"maybe-so\xff\n", "verdict is not valid UTF-8."),
    ],
)
def test_a_bad_verdict_is_refused_and_not_repeated(url: str, verdict: bytes, words: str) -> None:
    done = open_case(url, verdict=verdict)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"mainstay: {words}")
    assert "maybe-so" not in done.err
    assert mainstay("case", "list", "--db", url, "--json").json == {"cases": []}


def test_lines_may_end_as_on_windows(url: str) -> None:
    assert open_case(url, verdict=b"no\r\n").status == 0


def on_terminal(url: str, typed: bytes) -> tuple[int, bytes, bytes]:
    """Open a case on a terminal; return its status, what the terminal showed, and messages."""
    ours, theirs = os.openpty()
    sides = ["--side", "yes", "--side", "no"]
    process = subprocess.Popen(
        [sys.executable, "-m", "mainstay", "case", "open", QUESTION, *sides, "--db", url],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    os.close(theirs)
    with closing(os.fdopen(ours, "r+b", buffering=0)) as terminal, process:
        assert process.stderr is not None
        said = b""
        while not said.endswith(b"shown): "):  # from then on nothing is echoed
            said += process.stderr.read(1)
        terminal.write(typed)
        said += process.stderr.read()
        status = process.wait()
        shown = b"".join(readable(terminal))
    return status, shown, said


def readable(terminal: io.RawIOBase) -> Iterator[bytes]:
    """Yield what a terminal shows until the last program there has ended."""
    while True:
        try:
            yield terminal.read(1000) or b""
        except OSError:  # which is how Linux says so
            return


def test_on_a_terminal_the_verdict_is_asked_for_and_not_shown(url: str) -> None:
    status, shown, said = on_terminal(url, b"no\n")
    assert status == 0, said
    assert shown.startswith(b"case-2")
    assert b"no" not in shown
    assert said.startswith(b"The sides are yes, no.\nVerdict (it is not shown): ")
    assert b"is open" in said


def test_an_end_of_input_on_a_terminal_is_no_verdict(url: str) -> None:
    status, _, said = on_terminal(url, b"\x04")
    assert status == 1
    assert b"verdict is missing" in said


def test_cases_are_listed_the_latest_first(url: str) -> None:
    opened_at_noon(url, "a", "b")
    open_case(url, "--id", "0")
    with SqlStore.open(url) as store:
        case = Case("draft", "Tea?\x1b[2J", ["yes", "no"])
        store.contests.draft(case, *commit(case, "no"), now=NOON)
    done = mainstay("case", "list", "--db", url)
    assert done.err == "Cases: 4.\n"
    assert [line.split()[:2] for line in done.out.splitlines()] == [
        ["case", "status"],
        ["draft", "draft"],
        ["0", "open"],
        ["b", "open"],
        ["a", "open"],
    ]
    assert "Tea?\\x1b[2J" in done.out
    some = mainstay("case", "list", "--db", url, "--status", "open", "--top", "2", "--json")
    assert [case["case_id"] for case in some.json["cases"]] == ["0", "b"]
    assert some.err == "Cases that are open: 3, of which 2 are shown.\n"
    none = mainstay("case", "list", "--db", url, "--status", "closed")
    assert (none.status, none.out, none.err) == (0, "", "Cases that are closed: 0.\n")


def test_people_vote_and_argue(url: str) -> None:
    open_case(url, "--id", "c")
    vote = mainstay("case", "vote", "c", "ada", "yes", "--db", url)
    assert (vote.status, vote.out) == (0, "")
    assert vote.err == "ada has voted yes. It counts unless they have voted before.\n"
    argued = mainstay("case", "argue", "c", "bob", "Trust is hard to win back.", "--db", url)
    assert argued.status == 0
    argument = argued.out.strip()
    upvote = ("case", "upvote", argument, "ada", "--db", url)
    assert mainstay(*upvote).err == "ada has voted for it.\n"
    assert mainstay(*upvote).err == "ada has voted for it before: nothing changes.\n"
    shown = mainstay("case", "show", "c", "--db", url, "--json").json
    assert shown["votes"] == 1
    (one,) = shown["arguments"]
    assert (one["argument_id"], one["author"], one["text"]) == (
        argument,
        "bob",
        "Trust is hard to win back.",
    )
    assert (one["votes"], one["place"]) == (1, None)


def test_ids_of_votes_and_arguments_may_be_given(url: str) -> None:
    open_case(url, "--id", "c")
    assert mainstay("case", "argue", "c", "bob", "Why?", "--id", "a1", "--db", url).out == "a1\n"
    assert mainstay("case", "vote", "c", "bob", "no", "--id", "v1", "--db", url).status == 0
    again = mainstay("case", "vote", "c", "bob", "no", "--id", "v1", "--db", url)
    assert (again.status, "id is there already, with other contents" in again.err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["vote", "x", "ada", "yes"], "case_id is not a case that is there, got 'x'."),
        (["vote", "c", "ada", "maybe"], "side must be one of 'yes', 'no', got 'maybe'."),
        (
            ["vote", "old", "ada", "yes"],
            "at must be from 2024-05-01T12:00:00Z to before 2024-05-02",
        ),
        (["argue", "x", "ada", "Why?"], "case_id is not a case that is there, got 'x'."),
        (["argue", "c", "ada", ""], "text must not be empty"),
        (["upvote", "x", "ada"], "argument_id is not an argument that is there, got 'x'."),
        (["upvote", "a1", "ada"], "user_id must not be the author of the argument, got 'ada'."),
        (["show", "x"], "case_id is not a case that is there, got 'x'."),
        (["show", "x", "--preimage"], "case_id is not a case that is there, got 'x'."),
        (["close", "x"], "case_id is not a case that is there, got 'x'."),
        (["close", "c"], "case is open until "),
    ],
)
def test_what_cannot_be_is_refused(url: str, arguments: list[str], words: str) -> None:
    opened_at_noon(url, "old")
    open_case(url, "--id", "c")
    mainstay("case", "argue", "c", "ada", "Why?", "--id", "a1", "--db", url)
    done = mainstay("case", *arguments, "--db", url)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"mainstay: {words}")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["case"], "the following arguments are required: COMMAND"),
        (["case", "open", "Tea?"], "the following arguments are required: --side"),
        (["case", "list", "--status", "over"], "invalid choice: 'over'"),
        (["case", "list", "--top", "0"], "argument --top: must be at least 1"),
        (["case", "show", "c", "--json", "--preimage"], "not allowed with argument"),
        (["case", "vote", "c", "ada"], "the following arguments are required: SIDE"),
        (["case", "import"], "the following arguments are required: FILE"),
        (["case", "import", "f", "--naive-zone", "Nowhere"], "argument --naive-zone"),
    ],
)
def test_a_wrong_command_line_is_refused_with_usage(arguments: list[str], words: str) -> None:
    done = mainstay(*arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("usage: mainstay case")
    assert words in " ".join(done.err.split())


def test_sides_must_be_two(url: str) -> None:
    done = mainstay("case", "open", "Tea?", "--side", "yes", "--db", url, stdin=b"yes\n")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("mainstay: sides must be at least two, and all different")


def test_a_file_holds_votes_arguments_and_votes_for_them_in_any_order(url: str) -> None:
    opened_at_noon(url, "case-0001")
    done = imported(url, VOTES)
    assert (done.status, done.out) == (0, "")
    assert done.err == (
        "Imported lines: 6, of which new: 6 (votes: 3, arguments: 1, votes for arguments: 2).\n"
    )
    shown = mainstay("case", "show", "case-0001", "--db", url, "--json").json
    assert (shown["votes"], shown["arguments"][0]["votes"]) == (3, 2)


def test_importing_again_changes_nothing(url: str) -> None:
    opened_at_noon(url, "case-0001")
    imported(url, VOTES)
    counts = {"votes": 3, "arguments": 1, "argument_votes": 2, "new": 0, "skipped": 0}
    assert imported(url, VOTES, "--json").json == counts
    assert mainstay("case", "close", "case-0001", "--db", url).status == 0
    assert imported(url, VOTES, "--json").json == counts, "even once the case has closed"


BAD = (
    "case-0002,,ada,no,,2024-05-01T12:00:00Z,",
    "case-0001,,dan,maybe,,2024-05-01T12:00:00Z,",
    "case-0001,,dan,no,,2024-05-02T12:00:00Z,",
    "case-0001,,dan,no,,2024-05-01T11:59:59Z,",
    "case-0001,,dan,no,,noon,",
    "case-0001,,dan,no,Because.,2024-05-01T12:00:00Z,",
    ",a1,ada,,,2024-05-01T13:00:00Z,",
    ",a2,bob,,,2024-05-01T13:00:00Z,",
    "case-0001",
)


def test_bad_lines_are_counted_and_the_rest_is_unharmed(url: str) -> None:
    opened_at_noon(url, "case-0001")
    header, *good = VOTES.splitlines()
    mixed = [line for pair in zip(BAD, [*good, "", "", ""], strict=True) for line in pair]
    done = imported(url, "\n".join([header, *mixed]), "--skip-bad", "--json")
    assert done.status == 3
    counts = {"votes": 3, "arguments": 1, "argument_votes": 2, "new": 6, "skipped": len(BAD)}
    assert done.json == counts
    assert f"Bad lines, skipped: {len(BAD)}." in done.err


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        *zip(
            BAD,
            (
                "case_id is not a case that is there, got 'case-0002'",
                "side must be one of 'yes', 'no', got 'maybe'. These are the sides of case-0001",
                "at must be from 2024-05-01T12:00:00Z to before 2024-05-02T12:00:00Z, got '2024-05",
                "at must be from 2024-05-01T12:00:00Z to before 2024-05-02T12:00:00Z, got '2024-05",
                "at is not a timestamp, got 'noon'. Write ISO 8601",
                "the line has side and text. A side makes it a vote",
                "user_id must not be the author of the argument, got 'ada'. Others vote",
                "argument_id is not an argument that is there, got 'a2'",
                "the line must have 7 columns",
            ),
            strict=True,
        )
    ],
)
def test_a_bad_line_stops_it_with_its_number(url: str, bad: str, words: str) -> None:
    opened_at_noon(url, "case-0001")
    done = imported(url, f"{VOTES}{bad}\n")
    assert (done.status, done.out) == (1, "")
    assert "Importing them again is safe." in done.err
    assert f"mainstay: line 8: {words}" in done.err


def test_a_time_without_an_offset_needs_a_zone(url: str) -> None:
    opened_at_noon(url, "case-0001")
    line = json.dumps(
        {"case_id": "case-0001", "user_id": "ada", "side": "no", "at": "2024-05-01T14:00"}
    )
    refused = imported(url, line)
    assert refused.status == 1
    assert "line 1: at has no UTC offset" in refused.err
    assert imported(url, line, "--naive-zone", "Europe/Berlin").status == 0


def test_a_case_that_is_over_closes_and_is_paid(url: str) -> None:
    """Right are ada and cyd; the only argument is ada's: 1000 points by SPEC §6.

    Winners 400: 200 each. The argument 50 % of 300: 150. Three took part, 66 2/3 each. So ada has
    416 2/3, cyd 266 2/3, bob 66 2/3; 250 have no taker. 998 whole ones, and the two left go to
    the first two of those with equal fractions.
    """
    opened_at_noon(url, "case-0001", "case-0002")
    imported(url, VOTES)
    done = mainstay("case", "close", "case-0001", "--db", url)
    assert (done.status, done.out) == (0, "")
    assert done.err.splitlines()[:3] == [
        "case-0001 is closed. The verdict is no.",
        "Took part: 3. Voted: 3, of whom 2 for the verdict.",
        "Points shared: 750 of 1,000.",
    ]
    paid = mainstay("run", "monitor-transactions", "--all", "--db", url)
    assert "3 succeeded" in paid.err
    shown = mainstay("case", "show", "case-0001", "--db", url, "--json")
    rewards = {one["user_id"]: one["amount"] for one in shown.json["rewards"]}
    assert rewards == {"ada": 417, "bob": 67, "cyd": 266}
    assert shown.err == "Rewards: 3 completed.\n"
    assert mainstay("points", "ada", "--db", url).err == "ada: 417 points.\n"
    other = mainstay("case", "show", "case-0002", "--db", url)
    assert "It is over. Next: mainstay case close case-0002" in other.err
    again = mainstay("case", "close", "case-0001", "--db", url)
    assert (again.status, "case is closed, and can't become closed" in again.err) == (1, True)


def test_the_pool_is_that_of_the_configuration(url: str, tmp_path: Path) -> None:
    opened_at_noon(url, "case-0001")
    imported(url, VOTES)
    file = config(tmp_path, "[contest]\npool = 0\n")
    done = mainstay("case", "close", "case-0001", "--db", url, "--config", file, "--json")
    assert (done.json["outcome"]["pool"], done.json["outcome"]["verdict"]) == (0, "no")
    assert done.err.endswith("Points shared: 0 of 0.\n")


@pytest.mark.parametrize("status", ["unverified", "contradicted", "missing"])
def test_a_case_whose_commitment_is_not_verified_does_not_close(url: str, status: str) -> None:
    opened_at_noon(url, "case-0001")
    with SqlStore.open(url) as store:
        store.contests.verified("case-0001", Verification(status), now=NOON, lasting=DAY)
    done = mainstay("case", "close", "case-0001", "--db", url)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"mainstay: the commitment of a case is {status}, got 'case-0001'.")


def test_a_closed_case_is_shown_in_full(url: str) -> None:
    closed(url)
    done = mainstay("case", "show", "case-0001", "--db", url, "--top", "2")
    facts = dict(line.split(maxsplit=1) for line in done.out.split("\n\n")[0].splitlines())
    assert facts["digest"].strip() == DIGEST
    assert facts["nonce"].strip() == NONCE.hex()
    assert facts["verdict"].strip() == "no"
    assert facts["voters"].strip() == "3, of whom 2 were right"
    arguments, rewards = done.out.split("\n\n")[1:]
    assert arguments.split()[5:8] == ["1", "2", "ada"]
    assert [line.split() for line in rewards.splitlines()[1:]] == [
        ["ada", "417", "queued"],
        ["cyd", "266", "queued"],
    ]
    assert done.err == "Rewards: 3 queued.\n"


def test_the_preimage_is_what_the_digest_is_of(url: str) -> None:
    """SPEC §7's vector: 212 bytes, and not one more."""
    closed(url)
    done = mainstay("case", "show", "case-0001", "--preimage", "--db", url)
    assert done.status == 0
    assert (len(done.out), sha256(done.out.encode()).hexdigest()) == (212, DIGEST)
    assert DIGEST in done.err


@pytest.mark.parametrize("options", [["list"], ["list", "--json"], ["show"], ["show", "--json"]])
def test_the_secret_of_an_open_case_is_nowhere(url: str, options: list[str]) -> None:
    """The word verdict itself is in no output: there is none to speak of."""
    opened_at_noon(url, "case-0001")
    name, *more = options
    case = ["case-0001"] if name == "show" else []
    done = mainstay("case", name, *case, *more, "--db", url)
    assert done.status == 0
    assert NONCE.hex() not in done.out + done.err
    assert "verdict" not in done.out + done.err


def test_the_preimage_of_a_case_that_has_not_closed_is_refused(url: str) -> None:
    opened_at_noon(url, "case-0001")
    done = mainstay("case", "show", "case-0001", "--preimage", "--db", url)
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        "mainstay: case is open: what its digest is of holds the verdict, got 'case-0001'. Ask "
        "again once it has closed. It takes votes until 2024-05-02T12:00:00Z.\n"
    )


def test_texts_of_users_cannot_steer_the_terminal(url: str) -> None:
    opened_at_noon(url, "case-0001")
    with SqlStore.open(url) as store:
        store.contests.argue("case-0001", [CaseArgument("a\x1b1", "b\rb", "Why\x1b[2J?", NOON)])
    done = mainstay("case", "show", "case-0001", "--db", url)
    assert "Why\\x1b[2J?" in done.out
    assert "\x1b" not in done.out
    assert "b\\rb" in done.out


def test_progress_is_shown_on_a_terminal_and_leaves_output_alone(url: str) -> None:
    opened_at_noon(url, "case-0001")
    done = mainstay(
        *("case", "import", "-", "--db", url, "--json"),
        stdin=VOTES.encode(),
        FORCE_COLOR="1",
        TERM="xterm-256color",
        COLUMNS="100",
    )
    assert done.json["new"] == 6
