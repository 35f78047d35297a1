BEGIN TRANSACTION;
CREATE TABLE mainstay_argument_votes (
    argument_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (argument_id, user_id)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_argument_votes" VALUES('argument-1','ada','2024-05-06 06:00:00.000000+00:00');
CREATE TABLE mainstay_arguments (
    id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    at TEXT NOT NULL,
    place INTEGER,
    PRIMARY KEY (id)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_arguments" VALUES('argument-1','case-0001','cy','I, cy, think so.','2024-05-06 06:00:00.000000+00:00',NULL);
CREATE TABLE mainstay_badge_checks (
    user_id TEXT NOT NULL,
    due_at TEXT,
    PRIMARY KEY (user_id)
)
 WITHOUT ROWID
;
CREATE TABLE mainstay_badge_sweeps (
    after_user TEXT NOT NULL,
    PRIMARY KEY (after_user)
);
CREATE TABLE mainstay_badges (
    "key" TEXT NOT NULL,
    badge TEXT NOT NULL,
    PRIMARY KEY ("key")
);
INSERT INTO "mainstay_badges" VALUES('first_win','{"schema": "badge/1", "number": 1, "key": "first_win", "name": "First Victory", "description": "Win a case.", "icon": "\ud83c\udfc6", "metric": "wins", "unit": "wins", "threshold": 1, "bonus": 50, "requires": []}');
INSERT INTO "mainstay_badges" VALUES('five_wins','{"schema": "badge/1", "number": 2, "key": "five_wins", "name": "Winning Streak", "description": "Win 5 cases, in a row or not.", "icon": "\ud83d\udd25", "metric": "wins", "unit": "wins", "threshold": 5, "bonus": 200, "requires": []}');
INSERT INTO "mainstay_badges" VALUES('ten_wins','{"schema": "badge/1", "number": 3, "key": "ten_wins", "name": "Champion", "description": "Win 10 cases.", "icon": "\ud83d\udc51", "metric": "wins", "unit": "wins", "threshold": 10, "bonus": 500, "requires": []}');
INSERT INTO "mainstay_badges" VALUES('top_argument','{"schema": "badge/1", "number": 4, "key": "top_argument", "name": "Master Debater", "description": "Write a top-3 argument.", "icon": "\ud83d\udcac", "metric": "top_arguments", "unit": "top-3 arguments", "threshold": 1, "bonus": 100, "requires": []}');
INSERT INTO "mainstay_badges" VALUES('top_argument_3x','{"schema": "badge/1", "number": 5, "key": "top_argument_3x", "name": "Persuasion Expert", "description": "Write 3 top-3 arguments.", "icon": "\ud83c\udfaf", "metric": "top_arguments", "unit": "top-3 arguments", "threshold": 3, "bonus": 300, "requires": []}');
INSERT INTO "mainstay_badges" VALUES('active_participant','{"schema": "badge/1", "number": 6, "key": "active_participant", "name": "Active Member", "description": "Take part in 20 cases.", "icon": "\u2b50", "metric": "participations", "unit": "participations", "threshold": 20, "bonus": 150, "requires": []}');
INSERT INTO "mainstay_badges" VALUES('dedicated_voter','{"schema": "badge/1", "number": 7, "key": "dedicated_voter", "name": "Dedicated Voter", "description": "Vote in 50 cases.", "icon": "\ud83d\uddf3\ufe0f", "metric": "votes", "unit": "votes", "threshold": 50, "bonus": 250, "requires": []}');
INSERT INTO "mainstay_badges" VALUES('early_adopter','{"schema": "badge/1", "number": 8, "key": "early_adopter", "name": "Early Adopter", "description": "Join the beta.", "icon": "\ud83d\ude80", "metric": "kind:beta_joined", "unit": "beta user", "threshold": 1, "bonus": 100, "requires": []}');
INSERT INTO "mainstay_badges" VALUES('wallet_connected','{"schema": "badge/1", "number": 9, "key": "wallet_connected", "name": "Blockchain Ready", "description": "Connect a wallet.", "icon": "\ud83d\udd17", "metric": "kind:wallet_connected", "unit": "connected wallet", "threshold": 1, "bonus": 50, "requires": []}');
CREATE TABLE mainstay_board_places (
    period TEXT NOT NULL,
    place INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (period, place)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_board_places" VALUES('all',1,'bob',10);
INSERT INTO "mainstay_board_places" VALUES('all',2,'cy',10);
INSERT INTO "mainstay_board_places" VALUES('weekly',1,'bob',10);
INSERT INTO "mainstay_board_places" VALUES('weekly',2,'cy',10);
CREATE TABLE mainstay_board_rungs (
    period TEXT NOT NULL,
    total BIGINT NOT NULL,
    users BIGINT NOT NULL,
    above BIGINT NOT NULL,
    totals_above BIGINT NOT NULL,
    PRIMARY KEY (period, total)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_board_rungs" VALUES('all',10,2,0,0);
INSERT INTO "mainstay_board_rungs" VALUES('weekly',10,2,0,0);
CREATE TABLE mainstay_boards (
    period TEXT NOT NULL,
    since TEXT,
    as_of TEXT NOT NULL,
    fresh_until TEXT NOT NULL,
    listed BIGINT NOT NULL,
    excluded TEXT NOT NULL,
    PRIMARY KEY (period)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_boards" VALUES('all',NULL,'2024-05-06 06:00:00.000000+00:00','2024-05-06 06:15:00.000000+00:00',2,'[]');
INSERT INTO "mainstay_boards" VALUES('daily','2024-05-05 06:00:00.000000+00:00','2024-05-06 06:00:00.000000+00:00','2024-05-06 06:15:00.000000+00:00',0,'[]');
INSERT INTO "mainstay_boards" VALUES('weekly','2024-04-29 06:00:00.000000+00:00','2024-05-06 06:00:00.000000+00:00','2024-05-06 06:15:00.000000+00:00',2,'[]');
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
CREATE TABLE mainstay_case_secrets (
    case_id TEXT NOT NULL,
    verdict TEXT NOT NULL,
    nonce TEXT NOT NULL,
    PRIMARY KEY (case_id)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_case_secrets" VALUES('case-0001','no','27bdf74ddb841f242d192d88a22107ffa1577ade0382264937e6c9f4682f1ecc');
CREATE TABLE mainstay_case_votes (
    case_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    side TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (case_id, id)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_case_votes" VALUES('case-0001','vote of ada','ada','no','2024-05-06 06:00:00.000000+00:00');
INSERT INTO "mainstay_case_votes" VALUES('case-0001','vote of bob','bob','yes','2024-05-06 06:00:00.000000+00:00');
CREATE TABLE mainstay_cases (
    id TEXT NOT NULL,
    question TEXT NOT NULL,
    sides TEXT NOT NULL,
    creator TEXT,
    status TEXT NOT NULL,
    opens_at TEXT,
    closes_at TEXT,
    slot TEXT,
    digest TEXT NOT NULL,
    verification TEXT NOT NULL,
    verdict TEXT,
    nonce TEXT,
    closed_at TEXT,
    voters INTEGER,
    winners INTEGER,
    participants INTEGER,
    pool BIGINT,
    undistributed BIGINT,
    PRIMARY KEY (id),
    UNIQUE (slot)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_cases" VALUES('case-0001','What about case-0001?','["yes", "no"]','ada','open','2024-05-06 06:00:00.000000+00:00','2024-05-07 06:00:00.000000+00:00',NULL,'96e420139abdbef1563f76e3eef7a9b26ceb69571774c90c718196ccaaa63f18','verified',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
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
CREATE TABLE mainstay_credits (
    user_id TEXT NOT NULL,
    at TEXT NOT NULL,
    reason TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (user_id, at, reason),
    CONSTRAINT mainstay_credits_once UNIQUE (user_id, reason)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_credits" VALUES('bob','2024-05-01 08:00:00.000000+00:00','welcome',10);
INSERT INTO "mainstay_credits" VALUES('cy','2024-05-01 09:00:00.000000+00:00','welcome',10);
INSERT INTO "mainstay_credits" VALUES('ada','2024-05-06 06:00:00.000000+00:00','badge:early_adopter',100);
INSERT INTO "mainstay_credits" VALUES('bob','2024-05-06 06:00:00.000000+00:00','badge:first_win',50);
INSERT INTO "mainstay_credits" VALUES('bob','2024-05-06 06:00:00.000000+00:00','badge:wallet_connected',50);
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
CREATE TABLE mainstay_ledger (
    sequence INTEGER NOT NULL,
    at TEXT NOT NULL,
    "key" TEXT NOT NULL,
    payload TEXT NOT NULL,
    previous TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (sequence),
    CONSTRAINT mainstay_ledger_once UNIQUE ("key"),
    CONSTRAINT mainstay_ledger_unforked UNIQUE (previous),
    CONSTRAINT mainstay_ledger_digest UNIQUE (digest)
);
INSERT INTO "mainstay_ledger" VALUES(1,'2026-11-27 01:39:41.770156+00:00','verdict:case-0001','96e420139abdbef1563f76e3eef7a9b26ceb69571774c90c718196ccaaa63f18','0000000000000000000000000000000000000000000000000000000000000000','eb5975753fda0ffe724b04d0add925dbf78a80b1f887fa16db7f3b7850ee77f4');
CREATE TABLE mainstay_listed (
    shard INTEGER NOT NULL,
    users BIGINT NOT NULL,
    PRIMARY KEY (shard)
);
INSERT INTO "mainstay_listed" VALUES(0,2);
INSERT INTO "mainstay_listed" VALUES(8,1);
CREATE TABLE mainstay_maxima (
    id INTEGER NOT NULL,
    streak DOUBLE NOT NULL,
    posts DOUBLE NOT NULL,
    quality DOUBLE NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO "mainstay_maxima" VALUES(1,40.0,30.0,30.0);
CREATE TABLE mainstay_metrics (
    user_id TEXT NOT NULL,
    metric TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (user_id, metric)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_metrics" VALUES('ada','kind:beta_joined',1);
INSERT INTO "mainstay_metrics" VALUES('ada','kind:run',3);
INSERT INTO "mainstay_metrics" VALUES('bob','kind:post',2);
INSERT INTO "mainstay_metrics" VALUES('bob','kind:wallet_connected',1);
INSERT INTO "mainstay_metrics" VALUES('bob','wins',1);
INSERT INTO "mainstay_metrics" VALUES('cy','kind:run',1);
CREATE TABLE mainstay_notification_plans (
    kind TEXT NOT NULL,
    policy TEXT NOT NULL,
    until TEXT,
    since TEXT,
    PRIMARY KEY (kind)
)
 WITHOUT ROWID

;
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
INSERT INTO "mainstay_outbox" VALUES('verdict:case-0001','commitment',NULL,'{"case_id": "case-0001", "digest": "96e420139abdbef1563f76e3eef7a9b26ceb69571774c90c718196ccaaa63f18"}','2024-05-06 06:00:00.000000+00:00',NULL,0,'waiting',NULL,NULL,NULL,NULL);
INSERT INTO "mainstay_outbox" VALUES('welcome:ada','mail','ada','{"to": "ada"}','2024-05-05 08:00:00.000000+00:00',NULL,0,'waiting',NULL,NULL,NULL,NULL);
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
CREATE TABLE mainstay_outlooks (
    day TEXT NOT NULL,
    user_id TEXT NOT NULL,
    template TEXT NOT NULL,
    variant TEXT NOT NULL,
    content_type TEXT NOT NULL,
    known_through TEXT NOT NULL,
    generated_at TEXT NOT NULL,
    fallback INTEGER NOT NULL,
    viewed_at TEXT,
    engaged_at TEXT,
    completed_at TEXT,
    rated_at TEXT,
    rating INTEGER,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (day, user_id)
);
CREATE TABLE mainstay_points (
    user_id TEXT NOT NULL,
    total BIGINT NOT NULL,
    first_at TEXT NOT NULL,
    changed_at TEXT,
    PRIMARY KEY (user_id),
    CONSTRAINT mainstay_points_range CHECK (total BETWEEN -9007199254740991 AND 9007199254740991)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_points" VALUES('ada',100,'2024-05-06 06:00:00.000000+00:00','2024-05-06 06:00:00.000000+00:00');
INSERT INTO "mainstay_points" VALUES('bob',110,'2024-05-01 08:00:00.000000+00:00','2024-05-06 06:00:00.000000+00:00');
INSERT INTO "mainstay_points" VALUES('cy',10,'2024-05-01 09:00:00.000000+00:00','2024-05-01 09:00:00.000000+00:00');
CREATE TABLE mainstay_policies (
    scope TEXT NOT NULL,
    since TEXT NOT NULL,
    policy TEXT NOT NULL,
    PRIMARY KEY (scope, since)
)
 WITHOUT ROWID
;
INSERT INTO "mainstay_policies" VALUES('badges','0001-01-01','{"schema": "badge-policy/1", "badges": [{"number": 1, "key": "first_win", "name": "First Victory", "description": "Win a case.", "icon": "\ud83c\udfc6", "metric": "wins", "unit": "wins", "threshold": 1, "bonus": 50, "requires": []}, {"number": 2, "key": "five_wins", "name": "Winning Streak", "description": "Win 5 cases, in a row or not.", "icon": "\ud83d\udd25", "metric": "wins", "unit": "wins", "threshold": 5, "bonus": 200, "requires": []}, {"number": 3, "key": "ten_wins", "name": "Champion", "description": "Win 10 cases.", "icon": "\ud83d\udc51", "metric": "wins", "unit": "wins", "threshold": 10, "bonus": 500, "requires": []}, {"number": 4, "key": "top_argument", "name": "Master Debater", "description": "Write a top-3 argument.", "icon": "\ud83d\udcac", "metric": "top_arguments", "unit": "top-3 arguments", "threshold": 1, "bonus": 100, "requires": []}, {"number": 5, "key": "top_argument_3x", "name": "Persuasion Expert", "description": "Write 3 top-3 arguments.", "icon": "\ud83c\udfaf", "metric": "top_arguments", "unit": "top-3 arguments", "threshold": 3, "bonus": 300, "requires": []}, {"number": 6, "key": "active_participant", "name": "Active Member", "description": "Take part in 20 cases.", "icon": "\u2b50", "metric": "participations", "unit": "participations", "threshold": 20, "bonus": 150, "requires": []}, {"number": 7, "key": "dedicated_voter", "name": "Dedicated Voter", "description": "Vote in 50 cases.", "icon": "\ud83d\uddf3\ufe0f", "metric": "votes", "unit": "votes", "threshold": 50, "bonus": 250, "requires": []}, {"number": 8, "key": "early_adopter", "name": "Early Adopter", "description": "Join the beta.", "icon": "\ud83d\ude80", "metric": "kind:beta_joined", "unit": "beta user", "threshold": 1, "bonus": 100, "requires": []}, {"number": 9, "key": "wallet_connected", "name": "Blockchain Ready", "description": "Connect a wallet.", "icon": "\ud83d\udd17", "metric": "kind:wallet_connected", "unit": "connected wallet", "threshold": 1, "bonus": 50, "requires": []}], "score": {"window_days": 28, "base_points": 60.0, "distribution_points": 25.0, "distribution_limit": 8.75, "distribution_min_days": 3, "streak_points_per_day": 2.0, "streak_points": 10.0, "recency_steps": [[1, 5.0], [3, 3.0], [7, 1.0]], "member_min_days": 7}}');
INSERT INTO "mainstay_policies" VALUES('boards','0001-01-01','{"schema": "leaderboard-policy/1", "excluded": [], "top": 100, "fresh": "PT900S", "kept": "PT3600S"}');
INSERT INTO "mainstay_policies" VALUES('days','0001-01-01','{"schema": "engagement-policy/1", "criteria": {"minimums": {"run": 1}}, "streak_weight": 0.4, "posts_weight": 0.3, "quality_weight": 0.3, "streak_half": 14.0, "posts_half": 50.0, "top_inactive_users": 5}');
INSERT INTO "mainstay_policies" VALUES('weeks','0001-01-01','{"schema": "weekly-streak-policy/1", "min_interactions": 2, "forgiven_weeks": 1, "kinds": null}');
CREATE TABLE mainstay_preferences (
    user_id TEXT NOT NULL,
    zone TEXT,
    weekday TEXT NOT NULL,
    weekend TEXT NOT NULL,
    quiet_weekdays TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    channel TEXT,
    PRIMARY KEY (user_id)
)
 WITHOUT ROWID

;
INSERT INTO "mainstay_preferences" VALUES('ada','UTC','06:45:00','08:30:00','[]',1,NULL);
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
INSERT INTO "mainstay_runs" VALUES('evaluate-consistency','828d74b494b04d2595503d9ca8a4492b','daily','2024-05-06 06:00:00.000000+00:00',NULL,'{}','2024-05-06 06:00:00.000000+00:00','2024-05-06 06:00:00.000000+00:00','{"schema": "job-report/1", "job": "evaluate-consistency", "task_id": "daily", "target": "2024-05-05", "succeeded": 3, "skipped": 0, "failed": 0, "processed": 3, "errors": [], "started_at": "2024-05-06T06:00:00+00:00", "finished_at": "2024-05-06T06:00:00+00:00", "result": {"closed_period": {"start_date": "2024-05-01", "end_date": "2024-05-05", "days": 5}, "candidates_count": 5}}',NULL);
INSERT INTO "mainstay_runs" VALUES('update-multipliers','ff216cb6d6e1420eba8eeda7af5eb30b','weekly','2024-05-06 06:00:00.000000+00:00',NULL,'{}','2024-05-06 06:00:00.000000+00:00','2024-05-06 06:00:00.000000+00:00','{"schema": "job-report/1", "job": "update-multipliers", "task_id": "weekly", "target": "2024-W18", "succeeded": 3, "skipped": 0, "failed": 0, "processed": 3, "errors": [], "started_at": "2024-05-06T06:00:00+00:00", "finished_at": "2024-05-06T06:00:00+00:00", "result": {"period": {"start_date": "2024-04-29", "end_date": "2024-05-05"}}}',NULL);
INSERT INTO "mainstay_runs" VALUES('check-badges','6c48770f8f99469f8b1a3c8b693562fe','badges','2024-05-06 06:00:00.000000+00:00',NULL,'{}','2024-05-06 06:00:00.000000+00:00','2024-05-06 06:00:00.000000+00:00','{"schema": "job-report/1", "job": "check-badges", "task_id": "badges", "target": null, "succeeded": 3, "skipped": 0, "failed": 0, "processed": 3, "errors": [], "started_at": "2024-05-06T06:00:00+00:00", "finished_at": "2024-05-06T06:00:00+00:00", "result": {"awarded": 3, "points": 200}}',NULL);
INSERT INTO "mainstay_runs" VALUES('refresh-leaderboards','78aa41f812574b09bb3853afc982bb96','boards','2024-05-06 06:00:00.000000+00:00',NULL,'{}','2024-05-06 06:00:00.000000+00:00','2024-05-06 06:00:00.000000+00:00','{"schema": "job-report/1", "job": "refresh-leaderboards", "task_id": "boards", "target": null, "succeeded": 3, "skipped": 0, "failed": 0, "processed": 3, "errors": [], "started_at": "2024-05-06T06:00:00+00:00", "finished_at": "2024-05-06T06:00:00+00:00", "result": {"as_of": "2024-05-06T06:00:00+00:00"}}',NULL);
CREATE TABLE mainstay_settings (
    "key" TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY ("key")
);
INSERT INTO "mainstay_settings" VALUES('version','4');
INSERT INTO "mainstay_settings" VALUES('posts','["post"]');
INSERT INTO "mainstay_settings" VALUES('local_days','false');
CREATE TABLE mainstay_template_reviews (
    week TEXT NOT NULL,
    decided TEXT NOT NULL,
    PRIMARY KEY (week)
);
CREATE TABLE mainstay_templates (
    name TEXT NOT NULL,
    template TEXT NOT NULL,
    PRIMARY KEY (name)
);
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
CREATE INDEX mainstay_credits_at ON mainstay_credits (at, user_id, amount);
CREATE INDEX mainstay_points_total ON mainstay_points (total DESC, user_id);
CREATE INDEX mainstay_outbox_due ON mainstay_outbox (kind, due_at, "key") WHERE state = 'waiting';
CREATE INDEX mainstay_cases_question ON mainstay_cases (question);
CREATE INDEX mainstay_cases_open ON mainstay_cases (id, closes_at) WHERE status = 'open';
CREATE INDEX mainstay_arguments_of_case ON mainstay_arguments (case_id, id);
CREATE INDEX mainstay_engagements_standing ON mainstay_engagements (idle_points DESC, user_id) WHERE idle_points > 0;
CREATE INDEX mainstay_engagements_first ON mainstay_engagements (first_day);
CREATE INDEX mainstay_engagements_next ON mainstay_engagements (user_id, next_day) WHERE next_day IS NOT NULL;
CREATE INDEX mainstay_outcomes_best ON mainstay_outcomes (day, total DESC, streak_before DESC, user_id);
CREATE INDEX mainstay_runs_last ON mainstay_runs (job, started_at, attempt);
CREATE INDEX mainstay_runs_due ON mainstay_runs (job, due);
CREATE INDEX mainstay_outlooks_user ON mainstay_outlooks (user_id, day);
COMMIT;
