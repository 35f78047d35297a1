"""``mainstay case open``: commit to a verdict, publish the commitment, and open the case."""

from __future__ import annotations

import argparse
import secrets
import shlex
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from getpass import getpass

from mainstay._reprs import in_utc
from mainstay.cli import FAILED, OK, arguments, terminal
from mainstay.cli.case.policy import add_config, contest_policy, same
from mainstay.cli.store import add_db, open_store, option
from mainstay.contest import Case, CaseStatus, ContestPolicy, commit, verdict_key
from mainstay.errors import InvalidValueError, MainstayError
from mainstay.jobs import verify_commitments
from mainstay.ports import KeptCase, Store, case_dict
from mainstay.ports.contests import required_case
from mainstay.scheduling import JobContext

_EPILOG = """\
The verdict is asked for without showing it, or read from standard input: one
line, one of the sides. It is not an argument, which the shell would remember
and others could see.

config:
  [contest]
  lasting = 86400  # seconds

examples:
  mainstay case open "May a doctor lie to spare a life?" --side yes --side no
  pass show verdict | mainstay case open "Tea?" --side yes --side no --id tea
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "open",
        help="commit to a verdict, and open a case",
        description="Commit to a verdict, publish the commitment, and open the case.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument("question", type=arguments.text, metavar="QUESTION", help="what is asked")
    parser.add_argument(
        "--side",
        action="append",
        required=True,
        dest="sides",
        type=arguments.text,
        metavar="SIDE",
        help="what can be answered; two or more",
    )
    parser.add_argument(
        "--creator",
        type=arguments.text,
        metavar="USER",
        help="who made it, if they are to have a part of the rewards",
    )
    parser.add_argument(
        "--id", type=arguments.text, metavar="ID", help="the case's id (default: one with its time)"
    )
    add_config(parser)
    add_db(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Ask for the verdict, commit to it, and open the case."""
    policy, now = contest_policy(args), datetime.now(UTC)
    case = Case(args.id or _fresh_id(now), args.question, args.sides, args.creator)
    with open_store(args.db, args.schema) as store:
        committed = commit(case, _verdict(case))
        store.contests.draft(case, *committed, now=now)
        try:
            problems = _publish(store, case.id, policy)
            kept = required_case(store.contests, case.id)
        except (MainstayError, OSError, KeyboardInterrupt):
            terminal.say(terminal.console(sys.stderr), _later(case.id, same(args)))
            raise
    if args.json:
        terminal.write_json(case_dict(kept))
    else:
        print(case.id, file=terminal.machine_output())
    sys.stdout.flush()
    terminal.say(terminal.console(sys.stderr), *problems, *_in_words(kept, args))
    return OK if kept.case.status is CaseStatus.OPEN else FAILED


def _fresh_id(now: datetime) -> str:
    return f"case-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def _verdict(case: Case) -> str:
    """Ask for the verdict on a terminal, without showing it; or read it from standard input."""
    if sys.stdin is not None and sys.stdin.isatty():
        line = _asked(case)
    else:
        line = "" if sys.stdin is None else _first_line()
    if not line:
        raise InvalidValueError(
            "is missing",
            field="verdict",
            remedy="Type it when asked, or write it to standard input: one line, one of the sides.",
        )
    return line


def _asked(case: Case) -> str:
    terminal.say(terminal.console(sys.stderr), f"The sides are {', '.join(case.sides)}.")
    try:
        return getpass("Verdict (it is not shown): ", stream=sys.stderr)
    except EOFError:
        return ""


def _first_line() -> str:
    with open(sys.stdin.fileno(), "rb", closefd=False) as raw:
        line = raw.readline()
    try:
        return line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        # Neither cause nor value: both hold what was written.
        raise InvalidValueError("is not valid UTF-8", field="verdict") from None


def _publish(store: Store, case_id: str, policy: ContestPolicy) -> list[str]:
    """Publish the commitment, so that the case opens, and return why it does not, if so."""
    job = verify_commitments(store, ledger=store.ledger, policy=policy)
    report = job.run(JobContext(options={"all": True}))
    return [each.error for each in report.errors if each.item == verdict_key(case_id)]


def _later(case_id: str, options: str) -> str:
    """Say how a draft opens: its verdict is kept already, and not to be asked for again."""
    return (
        f"{case_id} is a draft, and opens once the ledger has its commitment. "
        f"Next: mainstay run verify-commitments{options}"
    )


def _in_words(kept: KeptCase, args: argparse.Namespace) -> Iterator[str]:
    case = kept.case
    yield f"{case.id} is {case.status.value}. Its commitment is {kept.verification.value}:"
    yield kept.digest
    if case.closes_at is None:
        yield _later(case.id, same(args))
    else:
        yield f"It takes votes until {in_utc(case.closes_at.replace(microsecond=0))}."
        vote = f"mainstay case vote {shlex.quote(case.id)} USER SIDE"
        yield f"Next: {vote}{option(args.db, args.schema)}"
