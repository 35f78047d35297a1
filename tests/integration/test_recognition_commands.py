"""``mainstay points``, ``leaderboard`` and ``badges``: SPEC §6 on the command line."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from mainstay.adapters.sql import SqlStore
from mainstay.cli import main
from mainstay.recognition import Credit
from tests.command import Done, database, mainstay
from tests.integration.configured import OWN, config

#: SPEC §6's vector.
VECTOR = {"ada": 300, "bob": 250, "cy": 250, "dan": 250, "eve": 100, "fay": 0, "gil": -20}
INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of an empty store."""
    url = database(tmp_path)
    assert mainstay("init", "--db", url).status == 0
    return url


def credited(
    url: str, points: dict[str, int], *, reason: str = "welcome", hours_ago: float = 1
) -> None:
    now = datetime.now(UTC)
    at = now - timedelta(hours=hours_ago)
    with SqlStore.open(url) as store:
        store.points.add(
            [Credit(user, reason, amount, at) for user, amount in points.items()], now=now
        )


def measured(url: str, **metrics: dict[str, int]) -> None:
    with SqlStore.open(url) as store:
        store.metrics.put(metrics)


def on_terminal(*arguments: str) -> Done:
    return mainstay(*arguments, FORCE_COLOR="1", TERM="xterm-256color", COLUMNS="100")


def table(done: Done) -> list[list[str]]:
    return [line.split() for line in done.out.splitlines()]


LEVELS = '[levels]\nNewcomer = 0\nRegular = 100\n"Sr. Expert" = 500\n'


def test_points_are_shown_with_their_latest_credits(url: str) -> None:
    credited(url, {"ada": 1200}, reason="reward:case-7", hours_ago=30)
    credited(url, {"ada": -200}, reason="reward:case-7:reversed")
    done = mainstay("points", "ada", "--db", url)
    assert (done.status, done.err) == (0, "ada: 1,000 points.\n")
    header, latest, first = table(done)
    assert header == ["when", "points", "reason"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", latest[0])
    assert latest[1:] == ["-200", "reward:case-7:reversed"]
    assert first[1:] == ["+1,200", "reward:case-7"]


def test_who_has_no_points_has_none_and_that_is_fine(url: str) -> None:
    done = mainstay("points", "ada", "--db", url)
    assert (done.status, done.out, done.err) == (0, "", "ada: 0 points.\n")
    assert mainstay("points", "ada", "--db", url, "--json").json == {
        "user_id": "ada",
        "total": 0,
        "level": None,
        "credits": [],
    }


def test_points_are_credited_once_a_reason(url: str) -> None:
    command = ("points", "ada", "--credit", "50", "--reason", "welcome", "--db", url)
    first = mainstay(*command)
    assert (first.status, first.err) == (0, "+50 points for welcome.\nada: 50 points.\n")
    again = mainstay(*command)
    assert again.status == 0
    assert again.err == "welcome was credited before: nothing changes.\nada: 50 points.\n"
    assert again.out == first.out
    other = mainstay("points", "ada", "--credit", "99", "--reason", "welcome", "--db", url)
    assert other.err.endswith("nothing changes.\nada: 50 points.\n")


def test_points_are_taken_back_under_a_reason_of_their_own(url: str) -> None:
    mainstay("points", "ada", "--credit", "50", "--reason", "welcome", "--db", url)
    back = ("points", "ada", "--credit", "-50", "--reason", "welcome:reversed", "--db", url)
    assert mainstay(*back).err == "-50 points for welcome:reversed.\nada: 0 points.\n"
    assert mainstay(*back).err.endswith("nothing changes.\nada: 0 points.\n")


def test_nothing_may_be_credited_to_be_remembered(url: str) -> None:
    """An amount of 0 is one, too."""
    done = mainstay("points", "ada", "--credit", "0", "--reason", "seen", "--db", url, "--json")
    assert [credit["amount"] for credit in done.json["credits"]] == [0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["points"], "the following arguments are required: USER"),
        (["points", "ada", "--credit", "50"], "--credit and --reason go together"),
        (["points", "ada", "--reason", "welcome"], "--credit and --reason go together"),
        (["points", "ada", "--credit", "0"], "--credit and --reason go together"),
        (["points", "ada", "--credit", "1.5", "--reason", "x"], "argument --credit"),
        (["points", "ada", "--credit", "many", "--reason", "x"], "argument --credit"),
        (["points", "ada", "--top", "0"], "argument --top"),
        (["points", "ada", "--top", str(2**31)], "must be at least 1 and at most 2147483647, not"),
        (["points", "ada", "--top", "9" * 20], "argument --top: must be at least 1 and at most"),
        (["leaderboard", "--period", "monthly"], "invalid choice: 'monthly'"),
        (["leaderboard", "--ties", "random"], "invalid choice: 'random'"),
        (["leaderboard", "--top", "-1"], "argument --top"),
        (["leaderboard", "--top", "9" * 20], "argument --top: must be at least 1 and at most"),
        (["leaderboard", "--top", "3", "--around", "ada"], "not allowed with argument"),
        (["badges"], "the following arguments are required: USER"),
    ],
)
def test_a_wrong_command_line_is_refused_with_usage(arguments: list[str], message: str) -> None:
    done = mainstay(*arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"usage: mainstay {arguments[0]}")
    assert message in " ".join(done.err.split())


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["points"], "USER"),
        (["badges"], "USER"),
        (["leaderboard", "--around"], "--around"),
        (["score", "--user"], "--user"),
        (["points", "ada", "--db"], "--db"),
        (["score", "--db"], "--db"),
    ],
)
def test_bytes_that_are_not_text_are_refused_with_usage(command: list[str], name: str) -> None:
    """Python reads those of a command line as lone surrogates, which no database takes."""
    done = mainstay(*command, b"ad\xff".decode(errors="surrogateescape"))
    assert (done.status, done.out) == (2, "")
    assert f"argument {name}: must be valid UTF-8, not 'ad\\udcff'" in " ".join(done.err.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["points", ""], "user_id must not be empty"),
        (["points", "ada", "--credit", "5", "--reason", ""], "reason must not be empty"),
        (["points", "ada", "--credit", str(2**53), "--reason", "x"], "amount must be between"),
        (["points", "ada", "--credit", "5", "--reason", "\ud800"], "reason "),
        (["badges", ""], "user_id must not be empty"),
        (["leaderboard", "--around", ""], "user_id must not be empty"),
    ],
)
def test_what_can_not_be_is_refused_in_a_line(url: str, arguments: list[str], message: str) -> None:
    done = mainstay(*arguments, "--db", url)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"mainstay: {message}")
    assert done.err.count("\n") == 1


def test_a_store_that_is_not_there_is_refused_with_the_way_to_make_it(tmp_path: Path) -> None:
    for command in (["points", "ada"], ["leaderboard"], ["badges", "ada"]):
        done = mainstay(*command, "--db", database(tmp_path))
        assert (done.status, done.out) == (1, "")
        assert "mainstay init" in done.err


def test_levels_come_from_a_file(url: str, tmp_path: Path) -> None:
    credited(url, {"ada": 120})
    command = ("points", "ada", "--db", url, "--config", config(tmp_path, LEVELS))
    done = mainstay(*command)
    assert done.err == "ada: 120 points are level 2, Regular. 380 more make Sr. Expert.\n"
    assert mainstay(*command, "--json").json["level"] == {
        "number": 2,
        "name": "Regular",
        "next": 500,
        "missing": 380,
    }
    credited(url, {"ada": 380}, reason="more")
    assert mainstay(*command, "--json").json["level"] == {
        "number": 3,
        "name": "Sr. Expert",
        "next": None,
        "missing": None,
    }


def test_below_the_first_level_there_is_none(url: str, tmp_path: Path) -> None:
    credited(url, {"ada": -1})
    command = ("points", "ada", "--db", url, "--config", config(tmp_path, LEVELS))
    assert mainstay(*command).err == "ada: -1 points.\n"
    assert mainstay(*command, "--json").json["level"] is None


def test_a_file_without_levels_is_as_no_file(url: str, tmp_path: Path) -> None:
    done = mainstay("points", "ada", "--db", url, "--config", config(tmp_path, "[badges]\n"))
    assert (done.status, done.err) == (0, "ada: 0 points.\n")


def test_points_as_json_have_the_shape_of_the_contract_and_nothing_else_is_printed(
    url: str, tmp_path: Path
) -> None:
    credited(url, {"ada": 50})
    command = ("points", "ada", "--credit", "70", "--reason", "reward:1", "--json")
    done = mainstay(*command, "--db", url, "--config", config(tmp_path, LEVELS))
    assert set(done.json) == {"user_id", "total", "level", "credits"}
    assert (done.json["user_id"], done.json["total"]) == ("ada", 120)
    assert [set(credit) for credit in done.json["credits"]] == [{"reason", "amount", "at"}] * 2
    assert [credit["reason"] for credit in done.json["credits"]] == ["reward:1", "welcome"]
    assert all(re.fullmatch(INSTANT, credit["at"]) for credit in done.json["credits"])
    assert done.err.startswith("+70 points for reward:1.\n")


def test_only_so_many_credits_are_shown_but_the_total_is_of_all(url: str) -> None:
    for number in range(25):
        credited(url, {"ada": 1}, reason=f"r{number:02}", hours_ago=number)
    assert len(mainstay("points", "ada", "--db", url).out.splitlines()) == 1 + 20
    done = mainstay("points", "ada", "--db", url, "--top", "2", "--json")
    assert [credit["reason"] for credit in done.json["credits"]] == ["r00", "r01"]
    assert done.json["total"] == 25


@pytest.mark.parametrize("command", [["points", "ada"], ["leaderboard"]])
def test_as_many_may_be_asked_for_as_anybody_counts_to(url: str, command: list[str]) -> None:
    credited(url, {"ada": 50})
    done = mainstay(*command, "--db", url, "--top", str(2**31 - 1))
    assert (done.status, len(table(done))) == (0, 2)


def board(url: str, *options: str) -> list[list[Any]]:
    document = mainstay("leaderboard", "--db", url, *options, "--json").json
    return [[place["rank"], place["user_id"], place["points"]] for place in document["entries"]]


def test_a_leaderboard_has_ranks_users_and_points(url: str) -> None:
    credited(url, VECTOR | {"ada": 12345})
    done = mainstay("leaderboard", "--db", url)
    assert done.status == 0
    assert table(done)[:3] == [
        ["rank", "user", "points"],
        ["1", "ada", "12,345"],
        ["2", "bob", "250"],
    ]
    assert done.err == "Listed for all time, counted now: 7.\n"


@pytest.mark.parametrize(
    ("ties", "ranks"),
    [
        ([], [1, 2, 2, 2, 5, 6, 7]),
        (["--ties", "competition"], [1, 2, 2, 2, 5, 6, 7]),
        (["--ties", "dense"], [1, 2, 2, 2, 3, 4, 5]),
        (["--ties", "ordinal"], [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_ties_are_ranked_as_asked(url: str, ties: list[str], ranks: list[int]) -> None:
    """SPEC §6's vector; those in a tie are in the order of their ids."""
    credited(url, VECTOR)
    found = board(url, *ties)
    assert [[user, points] for _, user, points in found] == [list(item) for item in VECTOR.items()]
    assert [rank for rank, _, _ in found] == ranks


def test_the_earliest_of_a_tie_may_come_first(url: str) -> None:
    credited(url, {"ada": 250}, hours_ago=1)
    credited(url, {"bob": 250}, hours_ago=3)
    credited(url, {"cy": 250}, hours_ago=2)
    assert board(url, "--ties", "earliest") == [[1, "bob", 250], [2, "cy", 250], [3, "ada", 250]]


def test_a_board_may_be_of_all_time_of_the_last_week_or_of_the_last_day(url: str) -> None:
    credited(url, {"ada": 1, "bob": 1}, hours_ago=1)
    credited(url, {"ada": 10, "cy": 10}, reason="then", hours_ago=25)
    credited(url, {"ada": 100}, reason="long ago", hours_ago=7 * 24 + 1)
    assert (
        board(url)
        == board(url, "--period", "all")
        == [[1, "ada", 111], [2, "cy", 10], [3, "bob", 1]]
    )
    assert board(url, "--period", "weekly") == [[1, "ada", 11], [2, "cy", 10], [3, "bob", 1]]
    assert board(url, "--period", "daily") == [[1, "ada", 1], [1, "bob", 1]]
    said = mainstay("leaderboard", "--db", url, "--period", "daily").err
    assert said == "Listed for the last 24 hours, counted now: 2.\n"


def test_only_so_many_places_are_shown_but_all_are_counted(url: str) -> None:
    credited(url, {f"u{number:02}": number for number in range(30)})
    done = mainstay("leaderboard", "--db", url)
    assert len(table(done)) == 1 + 20
    assert done.err == "Listed for all time, counted now: 30.\n"
    assert board(url, "--top", "1") == [[1, "u29", 29]]


def test_around_a_user_are_two_places_before_and_two_after(url: str) -> None:
    credited(url, VECTOR)
    assert board(url, "--around", "dan") == [
        [2, "bob", 250],
        [2, "cy", 250],
        [2, "dan", 250],
        [5, "eve", 100],
        [6, "fay", 0],
    ]
    assert board(url, "--around", "ada")[0] == [1, "ada", 300]
    assert len(board(url, "--around", "ada")) == 3


def test_nobody_is_around_a_user_who_is_not_listed(url: str) -> None:
    credited(url, VECTOR)
    done = mainstay("leaderboard", "--db", url, "--around", "zoe")
    assert (done.status, done.out) == (0, "")
    assert done.err == "Listed for all time, counted now: 7.\nzoe is not listed.\n"
    document = mainstay("leaderboard", "--db", url, "--around", "zoe", "--json").json
    assert (document["listed"], document["entries"]) == (7, [])


def test_nobody_is_listed_in_an_empty_store(url: str) -> None:
    done = mainstay("leaderboard", "--db", url)
    assert (done.status, done.out) == (0, "")
    assert done.err == (
        "Listed for all time, counted now: 0.\n"
        "Nobody has points yet: they come from badges, rewards and mainstay points.\n"
    )


def test_a_leaderboard_as_json_has_the_shape_of_the_contract(url: str) -> None:
    credited(url, {"ada": 300})
    done = mainstay("leaderboard", "--db", url, "--period", "weekly", "--json")
    assert re.fullmatch(INSTANT, done.json["as_of"])
    assert done.json == {
        "period": "weekly",
        "as_of": done.json["as_of"],
        "live": True,
        "listed": 1,
        "entries": [{"rank": 1, "user_id": "ada", "points": 300}],
    }


def test_a_snapshot_answers_until_it_is_asked_for_what_it_can_not(url: str) -> None:
    credited(url, VECTOR)
    assert mainstay("run", "refresh-leaderboards", "--db", url).status == 0
    credited(url, {"zoe": 999})
    done = mainstay("leaderboard", "--db", url)
    assert re.fullmatch(rf"Listed for all time, as of {INSTANT}: 7\.\n", done.err)
    assert "zoe" not in done.out
    document = mainstay("leaderboard", "--db", url, "--json").json
    assert (document["live"], document["listed"]) == (False, 7)
    for options in (["--ties", "earliest"], ["--around", "ada"]):
        assert mainstay("leaderboard", "--db", url, *options, "--json").json["live"] is True
        assert "zoe" in mainstay("leaderboard", "--db", url, *options).out


def test_whom_the_file_excludes_is_on_no_board_and_the_ranks_close(
    url: str, tmp_path: Path
) -> None:
    """SPEC §6: without one of the 250s 1 2 2 4 5 6."""
    credited(url, VECTOR)
    options = ("--config", config(tmp_path, '[leaderboards]\nexcluded = ["cy"]\n'))
    assert [rank for rank, _, _ in board(url, *options)] == [1, 2, 2, 4, 5, 6]
    for more in ([], ["--around", "dan"], ["--around", "cy"], ["--ties", "dense"]):
        done = mainstay("leaderboard", "--db", url, *options, *more, "--json")
        assert '"cy"' not in done.out
        assert done.json["listed"] == 6


def test_whom_the_job_excludes_is_on_no_board_afterwards(url: str, tmp_path: Path) -> None:
    credited(url, VECTOR)
    file = config(tmp_path, '[leaderboards]\nexcluded = ["cy"]\n')
    assert mainstay("run", "refresh-leaderboards", "--db", url, "--config", file).status == 0
    assert mainstay("run", "refresh-leaderboards", "--db", url).status == 0
    for options in ([], ["--period", "daily"], ["--ties", "ordinal"], ["--around", "dan"]):
        done = mainstay("leaderboard", "--db", url, *options, "--json")
        assert '"cy"' not in done.out
        assert done.json["listed"] == 6
    gone = mainstay("leaderboard", "--db", url, "--around", "cy")
    assert (gone.out, gone.err.splitlines()[1]) == ("", "cy is not listed.")


def test_a_file_without_the_table_excludes_whom_the_job_does(url: str, tmp_path: Path) -> None:
    credited(url, VECTOR)
    file = config(tmp_path, '[leaderboards]\nexcluded = ["cy"]\n')
    mainstay("run", "refresh-leaderboards", "--db", url, "--config", file)
    assert len(board(url, "--config", config(tmp_path, "[badges]\n"))) == 6


def test_the_first_three_ranks_are_medals_on_a_terminal(url: str) -> None:
    credited(url, VECTOR)
    done = on_terminal("leaderboard", "--db", url)
    rows = [re.sub(r"\x1b\[[\d;]*m", "", line).split() for line in done.out.splitlines()]
    assert [row[0] for row in rows[1:6]] == ["🥇", "🥈", "🥈", "🥈", "5"]
    assert "🥇" not in mainstay("leaderboard", "--db", url).out
    assert "🥇" not in on_terminal("leaderboard", "--db", url, "--json").out


def test_a_terminal_that_has_no_medals_gets_numbers(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    credited(url, {"ädä": 300})
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="")
    with redirect_stdout(out):
        assert main(["leaderboard", "--db", url]) == 0
    out.flush()
    raw = out.buffer
    assert isinstance(raw, io.BytesIO)
    printed = re.sub(rb"\x1b\[[\d;]*m", b"", raw.getvalue())
    assert printed.splitlines()[1].split() == [b"1", b"\\xe4d\\xe4", b"300"]


def wrote(url: str, folder: Path, user: str, posts: int) -> None:
    file = folder / "posts.csv"
    rows = "".join(f"{user},2024-05-{day:02}T08:00:00Z,post\n" for day in range(1, posts + 1))
    file.write_text("user_id,started_at,kind\n" + rows, encoding="utf-8")
    assert mainstay("import", str(file), "--db", url).status == 0


def test_badges_that_were_awarded_are_shown_with_what_they_are_for(url: str) -> None:
    measured(url, ada={"wins": 5})
    run = mainstay("run", "check-badges", "--db", url, "--json")
    assert run.json["result"] == {"awarded": 2, "points": 250}
    today = datetime.now(UTC).date().isoformat()
    done = mainstay("badges", "ada", "--db", url)
    assert (done.status, done.err) == (0, "Badges of ada: 2.\n")
    header, first, second = (re.split(r"  +", line.strip()) for line in done.out.splitlines())
    assert header == ["badge", "earned", "points", "for"]
    assert first == ["🏆 First Victory", today, "+50", "Win a case."]
    assert second[:3] == ["🔥 Winning Streak", today, "+200"]


def test_who_has_no_badge_has_none_and_that_is_fine(url: str) -> None:
    done = mainstay("badges", "ada", "--db", url)
    assert (done.status, done.out, done.err) == (0, "", "Badges of ada: 0.\n")
    assert mainstay("badges", "ada", "--db", url, "--json").json == {
        "user_id": "ada",
        "total_badges": 0,
        "badges": [],
    }


def test_badges_as_json_have_the_shape_of_the_contract(url: str) -> None:
    measured(url, ada={"wins": 1})
    mainstay("run", "check-badges", "--db", url)
    done = mainstay("badges", "ada", "--db", url, "--json")
    (badge,) = done.json["badges"]
    assert re.fullmatch(INSTANT, badge["earned_at"])
    assert done.json == {
        "user_id": "ada",
        "total_badges": 1,
        "badges": [
            {
                "id": 1,
                "name": "First Victory",
                "description": "Win a case.",
                "icon": "🏆",
                "earned_at": badge["earned_at"],
                "bonus_points": 50,
            }
        ],
    }


def test_progress_shows_each_badge_and_how_far_a_user_is(url: str) -> None:
    measured(url, ada={"wins": 2, "votes": 99})
    done = mainstay("badges", "ada", "--progress", "--db", url)
    assert (done.status, done.err) == (0, "Badges of ada: 0 of 9.\n")
    rows = [re.split(r"  +", line.strip()) for line in done.out.splitlines()]
    assert rows[0] == ["badge", "progress", "points", "for"]
    assert rows[2][:3] == ["🔥 Winning Streak", "2/5 wins", "+200"]
    assert rows[7][1] == "50/50 votes"
    mainstay("run", "check-badges", "--db", url)
    assert mainstay("badges", "ada", "--progress", "--db", url).err == "Badges of ada: 2 of 9.\n"


def test_progress_as_json_has_the_shape_of_the_contract(url: str) -> None:
    measured(url, ada={"wins": 2})
    mainstay("run", "check-badges", "--db", url)
    document = mainstay("badges", "ada", "--progress", "--db", url, "--json").json
    assert set(document) == {"user_id", "progress"}
    assert set(document["progress"]) == {"earned", "total", "progress_details"}
    assert (document["progress"]["earned"], document["progress"]["total"]) == (1, 9)
    details = document["progress"]["progress_details"]
    assert details[0] == {
        "badge_name": "first_win",
        "name": "First Victory",
        "description": "Win a case.",
        "icon": "🏆",
        "earned": True,
        "progress": "1/1 wins",
        "bonus_points": 50,
    }
    assert (details[1]["earned"], details[1]["progress"]) == (False, "2/5 wins")
    units = [detail["progress"].partition(" ")[2] for detail in details]
    assert units == [
        *("wins", "wins", "wins", "top-3 arguments", "top-3 arguments", "participations"),
        *("votes", "beta user", "connected wallet"),
    ]


def test_badges_of_ones_own_are_looked_for_by_the_job_and_shown(url: str, tmp_path: Path) -> None:
    """The bonus of the first counts at once towards the second."""
    wrote(url, tmp_path, "ada", 5)
    file = config(tmp_path, OWN)
    before = mainstay("badges", "ada", "--progress", "--db", url, "--config", file)
    assert before.err == "Badges of ada: 0 of 2.\n"
    assert "5/5 posts" in before.out
    run = mainstay("run", "check-badges", "--db", url, "--config", file, "--json")
    assert run.json["result"] == {"awarded": 2, "points": 20}
    for options in ([], ["--config", file]):
        done = mainstay("badges", "ada", "--db", url, *options, "--json")
        assert [badge["name"] for badge in done.json["badges"]] == ["Night Owl", "Regular"]
    assert mainstay("points", "ada", "--db", url, "--json").json["total"] == 20


def test_a_badge_that_is_gone_from_the_catalogue_is_still_shown_to_who_has_it(
    url: str, tmp_path: Path
) -> None:
    wrote(url, tmp_path, "ada", 5)
    mainstay("run", "check-badges", "--db", url, "--config", config(tmp_path, OWN))
    other = config(tmp_path, "[badges]\n")
    assert mainstay("run", "check-badges", "--db", url, "--config", other).status == 0
    earned = mainstay("badges", "ada", "--db", url, "--json").json
    assert [badge["name"] for badge in earned["badges"]] == ["Night Owl", "Regular"]
    of_ada = mainstay("badges", "ada", "--progress", "--db", url, "--json").json["progress"]
    of_bob = mainstay("badges", "bob", "--progress", "--db", url, "--json").json["progress"]
    assert (of_ada["earned"], of_ada["total"], of_bob["total"]) == (2, 11, 9)
    assert of_ada["progress_details"][9]["progress"] == "5/5 posts"


def test_the_bonus_shown_is_the_one_that_was_credited(url: str, tmp_path: Path) -> None:
    wrote(url, tmp_path, "ada", 5)
    mainstay("run", "check-badges", "--db", url, "--config", config(tmp_path, OWN))
    more = config(tmp_path, OWN.replace("bonus = 20", "bonus = 99"))
    mainstay("run", "check-badges", "--db", url, "--config", more)
    document = mainstay("badges", "ada", "--db", url, "--config", more, "--json").json
    assert [badge["bonus_points"] for badge in document["badges"]] == [20, 0]


def test_control_characters_in_ids_and_reasons_are_spelled_out(url: str) -> None:
    user, reason = "\x1b[31mada", "wel\x1b]0;come\x07"
    credited(url, {user: 50}, reason=reason)
    measured(url, **{user: {"wins": 1}})
    mainstay("run", "check-badges", "--db", url)
    commands = (
        ["points", user],
        ["points", user, "--credit", "1", "--reason", "\x1b[2J"],
        ["leaderboard"],
        ["leaderboard", "--around", user],
        ["leaderboard", "--around", "\x1b[31mzoe"],
        ["badges", user],
        ["badges", user, "--progress"],
    )
    for command in commands:
        done = mainstay(*command, "--db", url)
        assert done.status == 0
        assert "\x1b" not in done.out + done.err, command
        assert "\x07" not in done.out + done.err, command
        assert "\\x1b[" in done.out + done.err, command
        assert "\x1b" not in mainstay(*command, "--db", url, "--json").out
    assert mainstay("points", user, "--db", url, "--json").json["user_id"] == user


def test_markup_in_ids_and_reasons_is_only_text(url: str) -> None:
    credited(url, {"[red]ada": 50}, reason=":smile: [b]x")
    assert "[red]ada" in mainstay("leaderboard", "--db", url).out
    assert ":smile: [b]x" in mainstay("points", "[red]ada", "--db", url).out


def test_json_is_one_document_also_where_a_job_has_failed_for_somebody(url: str) -> None:
    measured(url, ada={"wins": 1}, bob={"wins": 1})
    with SqlStore.open(url) as store, store._database.writing() as connection:
        connection.exec_driver_sql("UPDATE mainstay_metrics SET value = 'x' WHERE user_id = 'bob'")
    done = mainstay("run", "check-badges", "--db", url, "--json")
    assert done.status == 3
    assert json.loads(done.out)["result"] == {"awarded": 1, "points": 50}
    assert "failed bob: mainstay_metrics.value is not a whole number" in done.err
    refused = mainstay("badges", "bob", "--db", url, "--json")
    assert (refused.status, refused.out) == (1, "")
    assert "Repair the row with user_id = 'bob'" in refused.err
