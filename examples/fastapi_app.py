"""A FastAPI app: what mainstay makes of a row is kept in one transaction with it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

from fastapi import FastAPI
from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, insert
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from mainstay import DailyCriteria, EngagementPolicy, Session
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.aio import AsyncSqlStore
from mainstay.jobs import evaluate_consistency
from mainstay.ports import score_user
from mainstay.scheduling import JobContext

engine = create_async_engine(os.environ["DATABASE_URL"])
tables = MetaData()
number = Column("number", Integer, primary_key=True)
workouts = Table("workouts", tables, number, Column("person", Text))
closings = Table("closings", tables, Column("day", Date, unique=True), Column("missed", Integer))
policy = EngagementPolicy(criteria=DailyCriteria({"workout": 1}))


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Prepare the app's tables and mainstay's before the first request."""
    async with engine.begin() as connection:
        await connection.run_sync(tables.create_all)
    app.state.store = await AsyncSqlStore.create(engine, posts={"workout"})
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.post("/workouts/{person}")
async def add(person: str) -> dict[str, object]:
    """Keep a workout, and return the person's score with it."""
    async with engine.begin() as connection:
        kept = await connection.execute(insert(workouts).values(person=person).returning(number))
        workout = Session(person, datetime.now(UTC), kind="workout", id=f"workout {kept.scalar()}")
        return await here(connection).run(lambda store: scored(store, workout))


def here(connection: AsyncConnection) -> AsyncSqlStore:
    """Return the store, in the app's transaction."""
    store: AsyncSqlStore = app.state.store
    return store.on(connection)


def scored(store: SqlStore, workout: Session) -> dict[str, object]:
    """Add a workout, and return the score as of then."""
    store.sessions.add([workout])
    return {**score_user(store.sessions, workout.user_id, as_of=workout.started_at).to_dict()}


@app.post("/closings/{day}")
async def close(day: date) -> dict[str, int]:
    """Evaluate a day for everybody, and keep how many deserve recognition although they missed."""
    async with engine.begin() as connection:
        missed = await here(connection).run(lambda store: evaluated(store, day))
        await connection.execute(insert(closings).values(day=day, missed=missed))
        return {"missed": missed}


def evaluated(store: SqlStore, day: date) -> int:
    """Evaluate a day, and return how many candidates it has."""
    evaluate_consistency(store.engagements, policy=policy).run(JobContext(target=day))
    return len(store.engagements.candidates(day) or ())
