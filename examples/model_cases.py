"""Cases that a language model makes: a generator for the jobs of contests.

The model is asked for a dilemma in JSON, over the kind of HTTP that most services speak: messages
in, ``choices[0].message.content`` out. What it answers is not trusted: it may not be JSON, ask what
was asked before, or give a verdict that is not one of its sides. It is told what is wrong and asked
again, once; then the job reports that, and tries the slot again later.

Nothing that the model says of its verdict is in an error or a log, and sides are sorted: models
like to begin with the one that they think right.

Run it: MODEL_API_KEY=... python examples/model_cases.py https://.../chat/completions MODEL
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from json_service import JsonService
from mainstay import InvalidValueError
from mainstay.contest import CaseDraft
from mainstay.jobs import contest_jobs, run_job
from mainstay.scheduling import JobReport
from mainstay.testing.memory import MemoryStore

LONGEST_QUESTION, LONGEST_SIDE, MOST_SIDES = 300, 60, 6
TASK = (
    "You make moral dilemmas on which reasonable people differ. Answer with one JSON object and "
    'nothing else: {"question": "...", "sides": ["...", "..."], "verdict": "..."}. The question '
    f"has at most {LONGEST_QUESTION} characters. There are 2 to {MOST_SIDES} sides of at most "
    f"{LONGEST_SIDE} characters. The verdict is the side that you find right, word for word. "
    "The question does not hint at it."
)


@attrs.frozen(kw_only=True)
class ModelCases:
    """A :class:`mainstay.ports.CaseGenerator` that asks a language model.

    Attributes:
        service: Where the model is. All asks and tries should end within the five minutes for which
            the claim loop has the slot: two asks of two tries of 30 seconds do.
        model: Its name.
        asked: Says whether there was a case with a question: ``store.contests.has_question``.
        asks: How often it is asked for a case.
    """

    service: JsonService
    model: str
    asked: Callable[[str], bool]
    asks: int = 2

    def generate(self, slot: datetime, /) -> CaseDraft:
        """Return a case that was not asked before.

        Raises:
            InvalidValueError: The model's answers can't be used.
            OSError: It does not answer.
        """
        messages = [_says("system", TASK), _says("user", f"A dilemma for {slot:%Y-%m-%d %H:%M}.")]
        for _ in range(self.asks - 1):
            answer = self._answer(messages)
            try:
                return self._draft(answer)
            except InvalidValueError as problem:
                refusal = f"That can't be used: {problem} Make another one."
            messages += [_says("assistant", answer), _says("user", refusal)]
        return self._draft(self._answer(messages))

    def _answer(self, messages: Sequence[dict[str, str]]) -> str:
        match self.service.post({"model": self.model, "messages": [*messages]}):
            case {"choices": [{"message": {"content": str(text)}}, *_]}:
                return text
        raise InvalidValueError("must have a text in it", field="choices[0].message.content")

    def _draft(self, answer: str) -> CaseDraft:
        found = _object_in(answer)
        if found.keys() != {"question", "sides", "verdict"}:
            raise InvalidValueError(
                "must have a question, sides, a verdict, and nothing else", field="the JSON"
            )
        question = _line("question", found["question"], LONGEST_QUESTION)
        sides, verdict = _sides(found["sides"]), _line("verdict", found["verdict"])
        if verdict not in sides:
            raise InvalidValueError("must be one of the sides, word for word", field="verdict")
        if self.asked(question):
            raise InvalidValueError("was asked before", field="question", value=question)
        return CaseDraft(question, sides, verdict)


def _says(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _object_in(answer: str) -> dict[str, object]:
    """Return the JSON object in a text: models like to say something before, or fence it in."""
    try:
        found = json.loads(answer[answer.find("{") : answer.rfind("}") + 1])
    except (ValueError, RecursionError):
        found = None  # such an error holds the text, so ours is not raised from it
    if not isinstance(found, dict):
        raise InvalidValueError("must hold one JSON object", field="the answer")
    return found


def _sides(value: object) -> Sequence[str]:
    given = value if isinstance(value, list) else []
    sides = sorted({_line("sides", side) for side in given})
    if not 2 <= len(given) == len(sides) <= MOST_SIDES:
        raise InvalidValueError(
            f"must be a list of 2 to {MOST_SIDES} different texts", field="sides"
        )
    return sides


def _line(field: str, value: object, most: int = LONGEST_SIDE) -> str:
    """Return a text as one line; what is wrong is said without the value, which may tell."""
    if not isinstance(value, str):
        raise InvalidValueError("must be a text", field=field)
    line = " ".join(value.split())
    if not 0 < len(line) <= most:
        raise InvalidValueError(f"must have 1 to {most} characters", field=field)
    return line


def main() -> None:
    """Make a case, commit to its verdict and open it, on a ledger in memory."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("url", help="where the model takes messages")
    parser.add_argument("model", help="its name")
    given = parser.parse_args()
    store = MemoryStore()
    key = os.environ.get("MODEL_API_KEY")
    generator = ModelCases(
        service=JsonService(url=given.url, api_key=key, timeout=30, waits=(1,)),
        model=given.model,
        asked=store.contests.has_question,
    )
    make_case, *_ = contest_jobs(store, generator=generator)
    report = run_job(make_case, store.runs)
    if isinstance(report, JobReport):
        for error in report.errors:
            print(f"{error.item}: {error.error}")
    for kept in store.contests.cases():
        print(f"{kept.case.question} ({', '.join(kept.case.sides)}): {kept.case.status.value}")
        print(f"committed to: {kept.digest}")


if __name__ == "__main__":
    main()
