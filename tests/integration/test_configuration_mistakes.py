"""A mistake in a configuration is told with its line, field, value and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from tests.command import Done, database, mainstay
from tests.integration.configured import OWN, config


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of an empty store."""
    url = database(tmp_path)
    assert mainstay("init", "--db", url).status == 0
    return url


BADGE = OWN.partition("\n\n")[2].partition("\n\n")[0] + "\n"


def wrong(folder: Path, url: str, command: str, text: str) -> Done:
    arguments = {
        "points": ["points", "ada"],
        "badges": ["badges", "ada"],
        "leaderboard": ["leaderboard"],
        "check": ["run", "check-badges"],
        "open": ["case", "open", "Tea?", "--side", "yes", "--side", "no"],
        "close": ["case", "close", "case-0001"],
        "pay": ["run", "monitor-transactions"],
        "plan": ["run", "send-notifications"],
        "deliver": ["deliver"],
        "review": ["run", "optimize-content"],
    }
    return mainstay(*arguments[command], "--db", url, "--config", config(folder, text))


@pytest.mark.parametrize(
    ("command", "text", "line", "words"),
    [
        (
            "badges",
            BADGE + 'colour = "red"\n',
            10,
            "badges.night_owl.colour is unknown, got 'red'. Known: number, name, description, ic",
        ),
        (
            "badges",
            BADGE.replace('icon = "🦉"\n', ""),
            1,
            "badges.night_owl.icon is missing, got {",
        ),
        (
            "check",
            BADGE.replace("number = 10", "number = 9"),
            2,
            "badges.night_owl.number must differ from that of 'Blockchain Ready', got 9. Give",
        ),
        (
            "check",
            BADGE + '\nrequires = ["first_win", "eagle"]\n',
            11,
            "badges.night_owl.requires is not the key of a badge, got 'eagle'. Known: active_part",
        ),
        (
            "badges",
            BADGE + 'requires = ["night_owl"]\n',
            10,
            "badges.night_owl.requires must not lead back to the badge itself, got 'night_owl'. L",
        ),
        (
            "badges",
            BADGE.replace("threshold = 5", 'threshold = "five"'),
            8,
            "badges.night_owl.threshold must be an integer, got 'five'",
        ),
        (
            "badges",
            BADGE.replace("night_owl", "first_win"),
            1,
            "badges.first_win.key must differ from that of 'First Victory', got 'first_win'.",
        ),
        (
            "badges",
            BADGE.replace("badges.night_owl", "badges.'night owl'") + "colour = 3\n",
            10,
            "badges.'night owl'.colour is unknown, got 3. Known: ",
        ),
        (
            "badges",
            '[badges]\nstandard = "no"\n',
            2,
            "badges.standard must be of type bool, got 'no'",
        ),
        (
            "badges",
            "[badges]\n\nnight_owl = 3\n",
            3,
            "badges.night_owl must be a table, which is a badge, got 3. Known besides: standard,",
        ),
        (
            "badges",
            "[badges.score_policy]\nwindow = 3\n",
            2,
            "badges.score_policy.window is unknown, got 3. Known: ",
        ),
        (
            "badges",
            '[badges.score_policy]\ndays_points = 40\nname = "month"\n',
            3,
            "badges.score_policy.name must be one of 'consistency', 'year', got 'month'.",
        ),
        ("badges", "badges = 3\n", 1, "badges must be a table, got 3."),
        (
            "points",
            "[levels]\nNewcomer = 100\n\nRegular = 50\nExpert = 500\n",
            4,
            "levels.Regular must be above the one before, 100, got 50. Write them in ascending",
        ),
        (
            "points",
            '[levels]\nNew = 0\n"Sr. Expert" = "x"\nTop = 9\n',
            3,
            "levels.'Sr. Expert' must be an integer, got 'x'",
        ),
        (
            "points",
            "# none yet\n[levels]\n",
            2,
            "levels must have at least one level, got {}. Such as Newcomer = 0.\n",
        ),
        ("points", "levels = [0, 100]\n", 1, "levels must be a table, got [0, 100]."),
        (
            "leaderboard",
            '[leaderboards]\nfresh = "x"\n',
            2,
            "leaderboards.fresh must be a number, got 'x'",
        ),
        (
            "leaderboard",
            "[leaderboards]\ntop = 10\nkept = 60\n",
            3,
            "leaderboards.kept must not be shorter than fresh, 0:15:00, got ",
        ),
        (
            "leaderboard",
            '[leaderboards]\nexcluded = "staff"\n',
            2,
            "leaderboards.excluded must be ",
        ),
        ("leaderboard", "[leaderboards]\nexclude = []\n", 2, "leaderboards.exclude is unknown"),
        (
            "leaderboard",
            "[badges]\n[leaderboard]\n",
            2,
            "leaderboard is unknown, got {}. Known: engagement, weekly, contest, "
            "leaderboards, badges, notifications, outlook, levels, schedules.",
        ),
        (
            "open",
            "[contest]\npool = -1\n",
            2,
            "contest.pool must be between 0 and 9007199254740991, got -1",
        ),
        ("close", "[contest]\npool = 1.5\n", 2, "contest.pool must be an integer, got 1.5"),
        ("pay", "[contest]\n\nprize = 3\n", 3, "contest.prize is unknown, got 3. Known: pool, "),
        ("open", "[contest]\nlasting = 0\n", 2, "contest.lasting must be between 1e-06 and "),
        ("open", "[contest]\nlasting = '24h'\n", 2, "contest.lasting must be a number, got '24h'"),
        ("pay", "[contest]\nfinal = 2\nconfirmations = 3\n", 2, "contest.final must not be below"),
        ("close", "[contest]\nrewards = 40\n", 2, "contest.rewards must be a mapping, got 40"),
        (
            "close",
            "[contest]\npool = 5\n[contest.rewards]\nwinners = 30\n",
            3,
            "contest.rewards.winners + arguments + participants + creator must add up to 100, not",
        ),
        (
            "close",
            "[contest]\n[contest.rewards]\nlosers = 30\n",
            3,
            "contest.rewards.losers is unknown, got 30. Known: winners, arguments, places, ",
        ),
        (
            "close",
            "[contest.rewards]\nplaces = [50, 'x']\n",
            2,
            "contest.rewards.places",
        ),
        ("pay", "[contest]\ncases = 3\n", 2, "contest.cases must be a string, got 3"),
        (
            "plan",
            '[notifications]\nzone = "UTC"\nweekend = "25:00"\n',
            3,
            "notifications.weekend is not a time of day, got '25:00'. Such as \"06:45\".",
        ),
        ("deliver", "[notifications]\nweekday = 7\n", 2, "notifications.weekday must be "),
        (
            "deliver",
            "[notifications]\nweekday = 06:45:00.5\n",
            2,
            "notifications.weekday must be in whole seconds",
        ),
        (
            "plan",
            "[notifications]\n\nzone = 'Mars'\n",
            3,
            "notifications.zone is not a known zone, got 'Mars'",
        ),
        ("plan", "[notifications]\nenabled = 1\n", 2, "notifications.enabled must be of type"),
        ("plan", "[notifications]\ntime = 3\n", 2, "notifications.time is unknown, got 3. Known: "),
        (
            "review",
            "[outlook]\nreads = 8\nmetric = 'clicks'\n",
            3,
            "outlook.metric must be one of 'view_rate', 'engagement_rate', 'completion_rate'",
        ),
        ("review", "[outlook]\nalarms = 5\n", 2, "outlook.alarms must be between 0 and 1, got 5"),
        ("review", "[outlook]\nalarm = 0.05\n", 2, "outlook.alarm is unknown, got 0.05. Known: "),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_mistake_in_a_file_is_refused_with_its_line_field_value_and_remedy(
    url: str, tmp_path: Path, command: str, text: str, line: int, words: str, newline: str
) -> None:
    done = wrong(tmp_path, url, command, text.replace("\n", newline))
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"mainstay: {tmp_path}/config.toml, line {line}: {words}"), done.err


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[leaderboards]\nexcluded = [\n  'a',  # a comment\n  'b',\n]\nfresh = 'x'\n", 6),
        ("[leaderboards]\nexcluded = [\n  'a',\n  7,\n]\n", 5),
        ("# fresh = 'y'\n\nleaderboards.top = 3\nleaderboards.fresh = 'x'  # seconds\n", 4),
        ("leaderboards = {top = 3, fresh = 'x'}\n[badges]\n", 1),
        ("[badges]\nstandard = false\n[leaderboards]\nfresh = 'x'", 4),
        ("\n\n[leaderboards]\n\"fresh\" = '''\nx\n'''\n", 6),
        ("[badges]\nstandard = true # [leaderboards]\n\n[ leaderboards ]\n\n'fresh' = true", 6),
    ],
)
def test_the_line_is_where_the_value_ends(url: str, tmp_path: Path, text: str, line: int) -> None:
    """Of arrays and texts of several lines, dotted keys, inline tables, between comments."""
    done = wrong(tmp_path, url, "leaderboard", text)
    assert f"config.toml, line {line}: leaderboards." in done.err


def test_a_mistake_in_another_table_is_refused_too(url: str, tmp_path: Path) -> None:
    """Policies of all jobs are often in one file: none of them is to be wrong unnoticed."""
    done = wrong(tmp_path, url, "badges", "[badges]\n[weekly]\nweeks = 3\n")
    assert "config.toml, line 3: weekly.weeks is unknown" in done.err


@pytest.mark.parametrize("command", ["points", "badges", "leaderboard"])
def test_a_file_that_is_not_toml_or_not_there_is_refused(
    url: str, tmp_path: Path, command: str
) -> None:
    assert "--config is not TOML" in wrong(tmp_path, url, command, "[levels").err
    done = mainstay(
        command, *(["ada"] * (command != "leaderboard")), "--config", "missing.toml", "--db", url
    )
    assert (done.status, done.out) == (1, "")
    assert "missing.toml: No such file" in done.err


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[notifications]\nweekday = 06:45\n", 2),
        ("[notifications]\nzone = 'UTC'\nweekend = 25:00\n", 3),
        ("[notifications]\nweekend = 8:30 # late\n", 2),
        ("[notifications]\r\nweekend = 24:30:00\r\n", 2),
    ],
)
def test_a_time_that_toml_does_not_have_is_told_with_how_to_write_it(
    url: str, tmp_path: Path, text: str, line: int
) -> None:
    """TOML 1.0 has times with seconds alone, up to 23:59:59."""
    done = wrong(tmp_path, url, "plan", text)
    assert (done.status, done.out) == (1, "")
    assert "--config is not TOML" in done.err
    assert f"(at line {line}, column " in done.err
    assert 'Write a time of day with its seconds, 06:45:00, or as a text, "06:45".' in done.err


def test_the_way_to_write_a_time_is_said_of_times_alone(url: str, tmp_path: Path) -> None:
    """Of another mistake it would mislead."""
    for text in ("[notifications]\nzone = UTC\n", "[levels", "a = '06:45\n"):
        done = wrong(tmp_path, url, "plan", text)
        assert "is not TOML" in done.err
        assert "Write a time" not in done.err
