"""A language model that makes cases, and what it may answer instead of one.

The stand-in speaks as chat services do: ``choices[0].message.content``. Every verdict here is a
text that is nowhere else, so that a test can search for it.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from traceback import format_exception

import attrs
import pytest

from json_service import JsonService
from mainstay import InvalidValueError
from mainstay.contest import Case, CaseDraft, CaseStatus, commit
from mainstay.jobs import contest_jobs
from mainstay.ports import CaseGenerator
from mainstay.scheduling import JobContext, JobReport
from mainstay.testing.memory import MemoryStore
from model_cases import ModelCases
from tests.stand_ins import Answer, StandIn, fails, hold, nobody, says, stand_in

SCRIPT = Path(__file__).parents[2] / "examples" / "model_cases.py"
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
QUESTION = "May a doctor lie to spare a patient?"
VERDICT = "never-ever"
GOOD = {"question": QUESTION, "sides": ["yes", VERDICT], "verdict": VERDICT}
KEY = "sk-a-key-that-nobody-may-see"


def content(text: object) -> Answer:
    """Return what answers as a chat does, with this text."""
    return says({"id": "1", "choices": [{"index": 0, "message": {"content": text}}]})


def case(**changed: object) -> Answer:
    """Return what answers with the good case, with something changed."""
    return content(json.dumps({**GOOD, **changed}))


@pytest.fixture(name="model")
def _model() -> Iterator[StandIn]:
    with stand_in() as place:
        place.answer = case()
        yield place


@pytest.fixture(name="waits")
def _waits() -> list[float]:
    return []


@pytest.fixture(name="store")
def _store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture(name="cases")
def _cases(model: StandIn, store: MemoryStore, waits: list[float]) -> ModelCases:
    service = JsonService(url=model.url, api_key=KEY, waits=(1,), sleep=waits.append)
    return ModelCases(service=service, model="small-one", asked=store.contests.has_question)


def run(store: MemoryStore, generator: CaseGenerator, at: datetime = NOON) -> JobReport:
    """Run the first of the jobs, which makes cases."""
    make_cases, *_ = contest_jobs(store, generator=generator)
    return make_cases.run(JobContext(clock=lambda: at))


def remember(store: MemoryStore, question: str) -> None:
    """Keep a case that has asked a question."""
    old = Case("old", question, ["yes", "no"])
    store.contests.draft(old, *commit(old, "no"), now=NOON - timedelta(hours=12))


def test_a_case_is_made_of_the_answer(model: StandIn, cases: ModelCases) -> None:
    assert cases.generate(NOON) == CaseDraft(QUESTION, [VERDICT, "yes"], VERDICT)
    (asked,) = model.asked
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.body["model"] == "small-one"
    assert [message["role"] for message in asked.body["messages"]] == ["system", "user"]
    assert "2024-05-01 12:00" in asked.body["messages"][1]["content"]


@pytest.mark.parametrize("sides", [["yes", VERDICT], [VERDICT, "yes"]])
def test_the_order_of_the_sides_does_not_tell_the_verdict(
    model: StandIn, cases: ModelCases, sides: list[str]
) -> None:
    model.answer = case(sides=sides)
    assert cases.generate(NOON).sides == (VERDICT, "yes")


@pytest.mark.parametrize(
    "text",
    [
        "```json\n{}\n```",
        "Here is one:\n\n{}\n\nI hope that you like it.",
        "  {}  ",
    ],
)
def test_what_is_around_the_json_is_left_out(model: StandIn, cases: ModelCases, text: str) -> None:
    model.answer = content(text.replace("{}", json.dumps(GOOD, indent=2)))
    assert cases.generate(NOON).verdict == VERDICT


def test_texts_are_one_line_each(model: StandIn, cases: ModelCases) -> None:
    """French has a no-break space before a question mark; models like line breaks."""
    model.answer = case(
        question="  Un médecin peut-il\nmentir\u00a0?",
        sides=["oui", f"{VERDICT} "],
        verdict=VERDICT,
    )
    made = cases.generate(NOON)
    assert made.question == "Un médecin peut-il mentir ?"
    assert made.sides == (VERDICT, "oui")


@pytest.mark.parametrize("length", [300, 301])
def test_a_question_has_at_most_300_characters(
    model: StandIn, cases: ModelCases, length: int
) -> None:
    model.answer = case(question="é" * length)
    if length == 300:
        assert cases.generate(NOON).question == "é" * length
        return
    with pytest.raises(InvalidValueError, match="question must have 1 to 300 characters"):
        cases.generate(NOON)


@pytest.mark.parametrize("length", [60, 61])
def test_a_side_has_at_most_60_characters(model: StandIn, cases: ModelCases, length: int) -> None:
    model.answer = case(sides=["é" * length, VERDICT])
    if length == 60:
        assert cases.generate(NOON).sides == (VERDICT, "é" * length)
        return
    with pytest.raises(InvalidValueError, match="sides must have 1 to 60 characters"):
        cases.generate(NOON)


@pytest.mark.parametrize("number", [1, 2, 6, 7])
def test_there_are_two_to_six_sides(model: StandIn, cases: ModelCases, number: int) -> None:
    model.answer = case(sides=[VERDICT, *"abcdef"[: number - 1]])
    if number in {2, 6}:
        assert len(cases.generate(NOON).sides) == number
        return
    with pytest.raises(InvalidValueError, match=r"^sides must be"):
        cases.generate(NOON)


NONSENSE = {
    "an empty object": says({}),
    "a list": says([GOOD]),
    "null": says(None),
    "no choice": says({"choices": []}),
    "choices of another type": says({"choices": {"message": {"content": json.dumps(GOOD)}}}),
    "no text": content(None),
    "text of another type": content(GOOD),
    "a refusal": content("I can't help with that."),
    "an empty text": content(""),
    "half of it": content(json.dumps(GOOD)[:-5]),
    "two of them": content(json.dumps(GOOD) * 2),
    "a list of one": content(json.dumps([GOOD, GOOD])),
    "braces the wrong way": content(f"}} {VERDICT} {{"),
    "too deep": content('{"a":' * 10_000 + "1" + "}" * 10_000),
    "no verdict": content(json.dumps({"question": QUESTION, "sides": ["yes", VERDICT]})),
    "a reason": case(reason=f"It is {VERDICT}, since one must not lie."),
    "a verdict that is not a side": case(sides=["yes", "no"]),
    "a verdict in another case": case(verdict=VERDICT.upper()),
    "a verdict of another type": case(verdict=[VERDICT]),
    "a long verdict": case(sides=["yes", "no"], verdict=VERDICT * 10),
    "an empty verdict": case(sides=["", "yes"], verdict=""),
    "a question of another type": case(question={"text": QUESTION, "verdict": VERDICT}),
    "an empty question": case(question=" \n "),
    "sides of another type": case(sides=f"yes or {VERDICT}"),
    "a side of another type": case(sides=[VERDICT, {"right": VERDICT}]),
    "an empty side": case(sides=[VERDICT, " "]),
    "one side": case(sides=[VERDICT]),
    "the same side twice": case(sides=["yes", VERDICT, f"{VERDICT} "]),
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
def test_what_makes_no_sense_is_an_error_without_the_verdict(
    model: StandIn,
    cases: ModelCases,
    store: MemoryStore,
    caplog: pytest.LogCaptureFixture,
    answer: Answer,
) -> None:
    model.answer = answer
    with caplog.at_level(logging.DEBUG):
        report = run(store, cases)
    assert report.failed == 1
    assert store.contests.cases() == []
    with pytest.raises(InvalidValueError) as raised:
        cases.generate(NOON)
    shown = [caplog.text, repr(report), *map(everything_in, chain_of(raised.value))]
    assert [text for text in shown if VERDICT in text.lower() or KEY in text] == []


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, and all that it was raised from or during."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def everything_in(error: BaseException) -> str:
    """Return all that an error says, also in its attributes."""
    return f"{error!r} {vars(error)} {error.args} {''.join(format_exception(error))}"


def test_the_model_is_told_what_is_wrong_and_asked_once_more(
    model: StandIn, cases: ModelCases, store: MemoryStore
) -> None:
    remember(store, QUESTION)
    model.script = [case(), case(question="May one steal bread?")]
    assert cases.generate(NOON).question == "May one steal bread?"
    answered, told = model.asked[1].body["messages"][2:]
    assert answered == {"role": "assistant", "content": json.dumps(GOOD)}
    assert told["content"] == (
        f"That can't be used: question was asked before, got '{QUESTION}'. Make another one."
    )


def test_a_question_that_was_asked_before_makes_no_case(
    model: StandIn, cases: ModelCases, store: MemoryStore
) -> None:
    remember(store, QUESTION)
    report = run(store, cases)
    assert "question was asked before" in report.errors[0].error
    assert [kept.case.id for kept in store.contests.cases()] == ["old"]
    assert len(model.asked) == 2


def test_a_slot_is_tried_again_after_what_made_no_sense(
    model: StandIn, cases: ModelCases, store: MemoryStore
) -> None:
    """By the next run that is a minute later, or more; and then it is done."""
    model.answer = content("Sorry.")
    assert run(store, cases).failed == 1
    model.answer = case()
    later = NOON + timedelta(minutes=2)
    assert run(store, cases, later).failed == 0
    (kept,) = store.contests.cases()
    assert kept.case.status is CaseStatus.OPEN
    assert kept.slot == NOON
    asked = len(model.asked)
    run(store, cases, later + timedelta(minutes=2))
    assert len(model.asked) == asked


def test_a_model_that_is_busy_is_asked_again(
    model: StandIn, cases: ModelCases, waits: list[float]
) -> None:
    model.script = [fails(503)]
    assert cases.generate(NOON).verdict == VERDICT
    model.script = [fails(429, Retry_After="5")]
    assert cases.generate(NOON).verdict == VERDICT
    assert waits == [1, 5]


def test_a_model_that_takes_too_long_makes_no_case(
    model: StandIn, cases: ModelCases, store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    model.answer = hold
    slow = attrs.evolve(cases, service=attrs.evolve(cases.service, timeout=0.05))
    report = run(store, slow)
    assert "timed out" in report.errors[0].error
    assert store.contests.cases() == []
    assert KEY not in caplog.text


def test_a_model_that_is_down_makes_no_case(cases: ModelCases, store: MemoryStore) -> None:
    with nobody() as url:
        report = run(store, attrs.evolve(cases, service=attrs.evolve(cases.service, url=url)))
    assert "refused" in report.errors[0].error
    assert store.contests.cases() == []


def test_a_key_that_is_refused_is_an_error_at_once(
    model: StandIn, cases: ModelCases, store: MemoryStore
) -> None:
    model.answer = fails(401)
    report = run(store, cases)
    assert "must be 200, got 401. See that its address and the key are right." in (
        report.errors[0].error
    )
    assert len(model.asked) == 1


def test_the_script_makes_a_case_and_does_not_show_its_verdict(model: StandIn) -> None:
    model.answer = case(sides=["yes", "no"], verdict="no")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT), model.url, "small-one"],
        capture_output=True,
        text=True,
        check=True,
        env={"MODEL_API_KEY": KEY, "PYTHONPATH": ":".join(sys.path)},
    )
    first, second = done.stdout.splitlines()
    assert first == f"{QUESTION} (no, yes): open"
    assert second.startswith("committed to: ")
    assert model.asked[0].headers["Authorization"] == f"Bearer {KEY}"
    assert done.stderr == ""
