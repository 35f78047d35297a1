BEGIN TRANSACTION;
CREATE TABLE mainstay_candidates (
    day TEXT NOT NULL,
    place INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    streak_before BIGINT NOT NULL,
    streak_after BIGINT NOT NULL,
    total DOUBLE,
    posts BIGINT,
    average_quality DOUBLE,
    streak_points DOUBLE,
    posts_points DOUBLE,
    quality_points DOUBLE,
    most_streak DOUBLE,
    most_posts DOUBLE,
    most_quality DOUBLE,
    PRIMARY KEY (day, place)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_candidates" VALUES('2024-05-03',1,'bob',0,0,2.36538461538461532987e+01,2,7.5,0.0,1.15384615384615396571e+00,22.5,40.0,30.0,30.0);
INSERT INTO "mainstay_candidates" VALUES('2024-05-03',2,'cy',1,0,2.66666666666666651863e+00,0,NULL,2.66666666666666651863e+00,0.0,0.0,40.0,30.0,30.0);
INSERT INTO "mainstay_candidates" VALUES('2024-05-04',1,'bob',0,0,2.36538461538461532987e+01,2,7.5,0.0,1.15384615384615396571e+00,22.5,40.0,30.0,30.0);
INSERT INTO "mainstay_candidates" VALUES('2024-05-04',2,'ada',3,0,7.05882352941176449689e+00,0,NULL,7.05882352941176449689e+00,0.0,0.0,40.0,30.0,30.0);
INSERT INTO "mainstay_candidates" VALUES('2024-05-05',1,'bob',0,0,2.36538461538461532987e+01,2,7.5,0.0,1.15384615384615396571e+00,22.5,40.0,30.0,30.0);
CREATE TABLE mainstay_closed_days (
    day TEXT NOT NULL,
    candidates INTEGER NOT NULL,
    PRIMARY KEY (day)
);
INSERT INTO "mainstay_closed_days" VALUES('2024-05-01',0);
INSERT INTO "mainstay_closed_days" VALUES('2024-05-02',0);
INSERT INTO "mainstay_closed_days" VALUES('2024-05-03',2);
INSERT INTO "mainstay_closed_days" VALUES('2024-05-04',2);
INSERT INTO "mainstay_closed_days" VALUES('2024-05-05',1);
CREATE TABLE mainstay_engagements (
    user_id TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT,
    streak BIGINT DEFAULT '0' NOT NULL,
    posts BIGINT DEFAULT '0' NOT NULL,
    rated BIGINT DEFAULT '0' NOT NULL,
    ratings BIGINT DEFAULT '0' NOT NULL,
    next_day TEXT,
    first_evaluated TEXT,
    idle_points DOUBLE DEFAULT '0' NOT NULL,
    PRIMARY KEY (user_id)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_engagements" VALUES('ada','2024-05-01','2024-05-04',0,0,0,0,NULL,'2024-05-01',0.0);
INSERT INTO "mainstay_engagements" VALUES('bob','2024-05-03','2024-05-03',0,2,2,15000000,NULL,'2024-05-03',2.36538461538461532987e+01);
INSERT INTO "mainstay_engagements" VALUES('cy','2024-05-02','2024-05-03',0,0,0,0,NULL,'2024-05-02',0.0);
CREATE TABLE mainstay_events (
    user_id TEXT NOT NULL,
    started_at TEXT NOT NULL,
    id TEXT NOT NULL,
    utc_offset_us BIGINT NOT NULL,
    timezone TEXT,
    kind TEXT NOT NULL,
    duration_us BIGINT,
    quality DOUBLE,
    rating BIGINT,
    day TEXT NOT NULL,
    PRIMARY KEY (user_id, started_at, id),
    CONSTRAINT mainstay_events_id UNIQUE (id)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_events" VALUES('ada','2024-05-01 08:00:00.000000+00:00','ada 1',0,NULL,'run',NULL,NULL,NULL,'2024-05-01');
INSERT INTO "mainstay_events" VALUES('ada','2024-05-02 08:00:00.000000+00:00','ada 2',0,NULL,'run',NULL,NULL,NULL,'2024-05-02');
INSERT INTO "mainstay_events" VALUES('ada','2024-05-02 09:00:00.000000+00:00','ada beta',0,NULL,'beta_joined',NULL,NULL,NULL,'2024-05-02');
INSERT INTO "mainstay_events" VALUES('ada','2024-05-03 08:00:00.000000+00:00','ada 3',0,NULL,'run',NULL,NULL,NULL,'2024-05-03');
INSERT INTO "mainstay_events" VALUES('bob','2024-05-03 08:00:00.000000+00:00','bob wallet',0,NULL,'wallet_connected',NULL,NULL,NULL,'2024-05-03');
INSERT INTO "mainstay_events" VALUES('bob','2024-05-03 09:00:00.000000+00:00','bob post 0',0,NULL,'post',NULL,7.5,7500000,'2024-05-03');
INSERT INTO "mainstay_events" VALUES('bob','2024-05-03 10:00:00.000000+00:00','bob post 1',0,NULL,'post',NULL,7.5,7500000,'2024-05-03');
INSERT INTO "mainstay_events" VALUES('cy','2024-05-02 08:00:00.000000+00:00','cy 2',0,NULL,'run',NULL,NULL,NULL,'2024-05-02');
CREATE TABLE mainstay_installed (
    job TEXT NOT NULL,
    schedule TEXT NOT NULL,
    limit_us BIGINT,
    PRIMARY KEY (job)
);
CREATE TABLE mainstay_kinds (
    kind TEXT NOT NULL,
    PRIMARY KEY (kind)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_kinds" VALUES('beta_joined');
INSERT INTO "mainstay_kinds" VALUES('post');
INSERT INTO "mainstay_kinds" VALUES('run');
INSERT INTO "mainstay_kinds" VALUES('wallet_connected');
CREATE TABLE mainstay_leases (
    job TEXT NOT NULL,
    holder TEXT NOT NULL,
    until TEXT NOT NULL,
    PRIMARY KEY (job, holder)
);
CREATE TABLE mainstay_maxima (
    id INTEGER NOT NULL,
    streak DOUBLE NOT NULL,
    posts DOUBLE NOT NULL,
    quality DOUBLE NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO "mainstay_maxima" VALUES(1,40.0,30.0,30.0);
CREATE TABLE mainstay_outbox (
    "key" TEXT NOT NULL,
    kind TEXT NOT NULL,
    user_id TEXT,
    payload TEXT NOT NULL,
    due_at TEXT NOT NULL,
    expires_at TEXT,
    attempts INTEGER NOT NULL,
    state TEXT NOT NULL,
    result TEXT,
    error TEXT,
    holder TEXT,
    until TEXT,
    PRIMARY KEY ("key")
)
 WITHOUT ROWID
;
CREATE TABLE mainstay_outcomes (
    user_id TEXT NOT NULL,
    day TEXT NOT NULL,
    previous TEXT,
    streak_before BIGINT NOT NULL,
    streak_after BIGINT NOT NULL,
    posts BIGINT NOT NULL,
    rated BIGINT NOT NULL,
    ratings BIGINT NOT NULL,
    total DOUBLE,
    streak_points DOUBLE,
    posts_points DOUBLE,
    quality_points DOUBLE,
    idle_points DOUBLE,
    maxima INTEGER,
    PRIMARY KEY (user_id, day)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_outcomes" VALUES('ada','2024-05-01',NULL,0,1,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "mainstay_outcomes" VALUES('ada','2024-05-02','2024-05-01',1,2,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "mainstay_outcomes" VALUES('ada','2024-05-03','2024-05-02',2,3,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "mainstay_outcomes" VALUES('ada','2024-05-04','2024-05-03',3,0,0,0,0,7.05882352941176449689e+00,7.05882352941176449689e+00,0.0,0.0,0.0,1);
INSERT INTO "mainstay_outcomes" VALUES('bob','2024-05-03',NULL,0,0,2,2,15000000,2.36538461538461532987e+01,0.0,1.15384615384615396571e+00,22.5,2.36538461538461532987e+01,1);
INSERT INTO "mainstay_outcomes" VALUES('cy','2024-05-02',NULL,0,1,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "mainstay_outcomes" VALUES('cy','2024-05-03','2024-05-02',1,0,0,0,0,2.66666666666666651863e+00,2.66666666666666651863e+00,0.0,0.0,0.0,1);
CREATE TABLE mainstay_policies (
    scope TEXT NOT NULL,
    since TEXT NOT NULL,
    policy TEXT NOT NULL,
    PRIMARY KEY (scope, since)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_policies" VALUES('days','0001-01-01','{"schema": "engagement-policy/1", "criteria": {"minimums": {"run": 1}}, "streak_weight": 0.4, "posts_weight": 0.3, "quality_weight": 0.3, "streak_half": 14.0, "posts_half": 50.0, "top_inactive_users": 5}');
INSERT INTO "mainstay_policies" VALUES('weeks','0001-01-01','{"schema": "weekly-streak-policy/1", "min_interactions": 2, "forgiven_weeks": 1, "kinds": null}');
CREATE TABLE mainstay_progress (
    through TEXT NOT NULL,
    PRIMARY KEY (through)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_progress" VALUES('2024-05-05');
CREATE TABLE mainstay_reputations (
    user_id TEXT NOT NULL,
    first_day TEXT NOT NULL,
    weeks BIGINT DEFAULT '0' NOT NULL,
    last_active TEXT,
    last_recorded TEXT,
    PRIMARY KEY (user_id)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_reputations" VALUES('ada','2024-05-01',1,'2024-W18','2024-W18');
INSERT INTO "mainstay_reputations" VALUES('bob','2024-05-03',1,'2024-W18','2024-W18');
INSERT INTO "mainstay_reputations" VALUES('cy','2024-05-02',0,NULL,'2024-W18');
CREATE TABLE mainstay_runs (
    job TEXT NOT NULL,
    attempt TEXT NOT NULL,
    task_id TEXT NOT NULL,
    due TEXT NOT NULL,
    target TEXT,
    options TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    report TEXT,
    error TEXT,
    PRIMARY KEY (job, attempt)
);
INSERT INTO "mainstay_runs" VALUES('evaluate-consistency','07d35f950e064d28927efafb0608a5d4','daily','2024-05-06 06:00:00.000000+00:00',NULL,'{}','2024-05-06 06:00:00.000000+00:00','2024-05-06 06:00:00.000000+00:00','{"schema": "job-report/1", "job": "evaluate-consistency", "task_id": "daily", "target": "2024-05-05", "succeeded": 3, "skipped": 0, "failed": 0, "processed": 3, "errors": [], "started_at": "2024-05-06T06:00:00+00:00", "finished_at": "2024-05-06T06:00:00+00:00", "result": {"closed_period": {"start_date": "2024-05-01", "end_date": "2024-05-05", "days": 5}, "candidates_count": 5}}',NULL);
INSERT INTO "mainstay_runs" VALUES('update-multipliers','1b07ee0365684172b12052530c475b9f','weekly','2024-05-06 06:00:00.000000+00:00',NULL,'{}','2024-05-06 06:00:00.000000+00:00','2024-05-06 06:00:00.000000+00:00','{"schema": "job-report/1", "job": "update-multipliers", "task_id": "weekly", "target": "2024-W18", "succeeded": 3, "skipped": 0, "failed": 0, "processed": 3, "errors": [], "started_at": "2024-05-06T06:00:00+00:00", "finished_at": "2024-05-06T06:00:00+00:00", "result": {"period": {"start_date": "2024-04-29", "end_date": "2024-05-05"}}}',NULL);
CREATE TABLE mainstay_settings (
    "key" TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY ("key")
);
INSERT INTO "mainstay_settings" VALUES('version','1');
INSERT INTO "mainstay_settings" VALUES('posts','["post"]');
INSERT INTO "mainstay_settings" VALUES('local_days','false');
CREATE TABLE mainstay_users (
    user_id TEXT NOT NULL,
    PRIMARY KEY (user_id)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_users" VALUES('ada');
INSERT INTO "mainstay_users" VALUES('bob');
INSERT INTO "mainstay_users" VALUES('cy');
CREATE INDEX mainstay_events_day ON mainstay_events (day, user_id, kind, rating);
CREATE INDEX mainstay_engagements_standing ON mainstay_engagements (idle_points DESC, user_id) WHERE idle_points > 0;
CREATE INDEX mainstay_engagements_first ON mainstay_engagements (first_day);
CREATE INDEX mainstay_engagements_next ON mainstay_engagements (user_id, next_day) WHERE next_day IS NOT NULL;
CREATE INDEX mainstay_outcomes_best ON mainstay_outcomes (day, total DESC, streak_before DESC, user_id);
CREATE INDEX mainstay_outbox_due ON mainstay_outbox (kind, due_at, "key") WHERE state = 'waiting';
CREATE INDEX mainstay_runs_last ON mainstay_runs (job, started_at, attempt);
CREATE INDEX mainstay_runs_due ON mainstay_runs (job, due);
COMMIT;
