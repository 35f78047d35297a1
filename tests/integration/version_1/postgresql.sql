CREATE TABLE mainstay_candidates (
    day date NOT NULL,
    place integer NOT NULL,
    user_id text NOT NULL COLLATE pg_catalog."C",
    streak_before bigint NOT NULL,
    streak_after bigint NOT NULL,
    total double precision,
    posts bigint,
    average_quality double precision,
    streak_points double precision,
    posts_points double precision,
    quality_points double precision,
    most_streak double precision,
    most_posts double precision,
    most_quality double precision
);
CREATE TABLE mainstay_closed_days (
    day date NOT NULL,
    candidates integer NOT NULL
);
CREATE TABLE mainstay_engagements (
    user_id text NOT NULL COLLATE pg_catalog."C",
    first_day date NOT NULL,
    last_day date,
    streak bigint DEFAULT '0'::bigint NOT NULL,
    posts bigint DEFAULT '0'::bigint NOT NULL,
    rated bigint DEFAULT '0'::bigint NOT NULL,
    ratings bigint DEFAULT '0'::bigint NOT NULL,
    next_day date,
    first_evaluated date,
    idle_points double precision DEFAULT '0'::double precision NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE mainstay_events (
    user_id text NOT NULL COLLATE pg_catalog."C",
    started_at timestamp with time zone NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    utc_offset_us bigint NOT NULL,
    timezone text,
    kind text NOT NULL COLLATE pg_catalog."C",
    duration_us bigint,
    quality double precision,
    rating bigint,
    day date NOT NULL
);
CREATE TABLE mainstay_installed (
    job text NOT NULL COLLATE pg_catalog."C",
    schedule text NOT NULL,
    limit_us bigint
);
CREATE TABLE mainstay_kinds (
    kind text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE mainstay_leases (
    job text NOT NULL COLLATE pg_catalog."C",
    holder text NOT NULL COLLATE pg_catalog."C",
    until timestamp with time zone NOT NULL
);
CREATE TABLE mainstay_maxima (
    id integer NOT NULL,
    streak double precision NOT NULL,
    posts double precision NOT NULL,
    quality double precision NOT NULL
);
CREATE TABLE mainstay_outbox (
    key text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    user_id text COLLATE pg_catalog."C",
    payload text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    attempts integer NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    result text,
    error text,
    holder text COLLATE pg_catalog."C",
    until timestamp with time zone
);
CREATE TABLE mainstay_outcomes (
    user_id text NOT NULL COLLATE pg_catalog."C",
    day date NOT NULL,
    previous date,
    streak_before bigint NOT NULL,
    streak_after bigint NOT NULL,
    posts bigint NOT NULL,
    rated bigint NOT NULL,
    ratings bigint NOT NULL,
    total double precision,
    streak_points double precision,
    posts_points double precision,
    quality_points double precision,
    idle_points double precision,
    maxima integer
);
CREATE TABLE mainstay_policies (
    scope text NOT NULL COLLATE pg_catalog."C",
    since date NOT NULL,
    policy text NOT NULL
);
CREATE TABLE mainstay_progress (
    through date NOT NULL
);
CREATE TABLE mainstay_reputations (
    user_id text NOT NULL COLLATE pg_catalog."C",
    first_day date NOT NULL,
    weeks bigint DEFAULT '0'::bigint NOT NULL,
    last_active text COLLATE pg_catalog."C",
    last_recorded text COLLATE pg_catalog."C"
)
WITH (fillfactor='50');
CREATE TABLE mainstay_runs (
    job text NOT NULL COLLATE pg_catalog."C",
    attempt text NOT NULL COLLATE pg_catalog."C",
    task_id text NOT NULL COLLATE pg_catalog."C",
    due timestamp with time zone NOT NULL,
    target text COLLATE pg_catalog."C",
    options text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    report text,
    error text
);
CREATE TABLE mainstay_settings (
    key text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL
);
CREATE TABLE mainstay_users (
    user_id text NOT NULL COLLATE pg_catalog."C"
);
INSERT INTO mainstay_candidates VALUES ('2024-05-03', 1, 'bob', 0, 0, 23.653846153846153, 2, 7.5, 0, 1.153846153846154, 22.5, 40, 30, 30);
INSERT INTO mainstay_candidates VALUES ('2024-05-03', 2, 'cy', 1, 0, 2.6666666666666665, 0, NULL, 2.6666666666666665, 0, 0, 40, 30, 30);
INSERT INTO mainstay_candidates VALUES ('2024-05-04', 1, 'bob', 0, 0, 23.653846153846153, 2, 7.5, 0, 1.153846153846154, 22.5, 40, 30, 30);
INSERT INTO mainstay_candidates VALUES ('2024-05-04', 2, 'ada', 3, 0, 7.0588235294117645, 0, NULL, 7.0588235294117645, 0, 0, 40, 30, 30);
INSERT INTO mainstay_candidates VALUES ('2024-05-05', 1, 'bob', 0, 0, 23.653846153846153, 2, 7.5, 0, 1.153846153846154, 22.5, 40, 30, 30);
INSERT INTO mainstay_closed_days VALUES ('2024-05-01', 0);
INSERT INTO mainstay_closed_days VALUES ('2024-05-02', 0);
INSERT INTO mainstay_closed_days VALUES ('2024-05-03', 2);
INSERT INTO mainstay_closed_days VALUES ('2024-05-04', 2);
INSERT INTO mainstay_closed_days VALUES ('2024-05-05', 1);
INSERT INTO mainstay_engagements VALUES ('ada', '2024-05-01', '2024-05-04', 0, 0, 0, 0, NULL, '2024-05-01', 0);
INSERT INTO mainstay_engagements VALUES ('cy', '2024-05-02', '2024-05-03', 0, 0, 0, 0, NULL, '2024-05-02', 0);
INSERT INTO mainstay_engagements VALUES ('bob', '2024-05-03', '2024-05-03', 0, 2, 2, 15000000, NULL, '2024-05-03', 23.653846153846153);
INSERT INTO mainstay_events VALUES ('ada', '2024-05-01 08:00:00+00', 'ada 1', 0, NULL, 'run', NULL, NULL, NULL, '2024-05-01');
INSERT INTO mainstay_events VALUES ('ada', '2024-05-02 08:00:00+00', 'ada 2', 0, NULL, 'run', NULL, NULL, NULL, '2024-05-02');
INSERT INTO mainstay_events VALUES ('ada', '2024-05-03 08:00:00+00', 'ada 3', 0, NULL, 'run', NULL, NULL, NULL, '2024-05-03');
INSERT INTO mainstay_events VALUES ('ada', '2024-05-02 09:00:00+00', 'ada beta', 0, NULL, 'beta_joined', NULL, NULL, NULL, '2024-05-02');
INSERT INTO mainstay_events VALUES ('bob', '2024-05-03 08:00:00+00', 'bob wallet', 0, NULL, 'wallet_connected', NULL, NULL, NULL, '2024-05-03');
INSERT INTO mainstay_events VALUES ('bob', '2024-05-03 09:00:00+00', 'bob post 0', 0, NULL, 'post', NULL, 7.5, 7500000, '2024-05-03');
INSERT INTO mainstay_events VALUES ('bob', '2024-05-03 10:00:00+00', 'bob post 1', 0, NULL, 'post', NULL, 7.5, 7500000, '2024-05-03');
INSERT INTO mainstay_events VALUES ('cy', '2024-05-02 08:00:00+00', 'cy 2', 0, NULL, 'run', NULL, NULL, NULL, '2024-05-02');
INSERT INTO mainstay_kinds VALUES ('beta_joined');
INSERT INTO mainstay_kinds VALUES ('post');
INSERT INTO mainstay_kinds VALUES ('run');
INSERT INTO mainstay_kinds VALUES ('wallet_connected');
INSERT INTO mainstay_maxima VALUES (1, 40, 30, 30);
INSERT INTO mainstay_outcomes VALUES ('ada', '2024-05-01', NULL, 0, 1, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO mainstay_outcomes VALUES ('ada', '2024-05-02', '2024-05-01', 1, 2, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO mainstay_outcomes VALUES ('ada', '2024-05-03', '2024-05-02', 2, 3, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO mainstay_outcomes VALUES ('ada', '2024-05-04', '2024-05-03', 3, 0, 0, 0, 0, 7.0588235294117645, 7.0588235294117645, 0, 0, 0, 1);
INSERT INTO mainstay_outcomes VALUES ('bob', '2024-05-03', NULL, 0, 0, 2, 2, 15000000, 23.653846153846153, 0, 1.153846153846154, 22.5, 23.653846153846153, 1);
INSERT INTO mainstay_outcomes VALUES ('cy', '2024-05-02', NULL, 0, 1, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO mainstay_outcomes VALUES ('cy', '2024-05-03', '2024-05-02', 1, 0, 0, 0, 0, 2.6666666666666665, 2.6666666666666665, 0, 0, 0, 1);
INSERT INTO mainstay_policies VALUES ('days', '0001-01-01', '{"schema": "engagement-policy/1", "criteria": {"minimums": {"run": 1}}, "streak_weight": 0.4, "posts_weight": 0.3, "quality_weight": 0.3, "streak_half": 14.0, "posts_half": 50.0, "top_inactive_users": 5}');
INSERT INTO mainstay_policies VALUES ('weeks', '0001-01-01', '{"schema": "weekly-streak-policy/1", "min_interactions": 2, "forgiven_weeks": 1, "kinds": null}');
INSERT INTO mainstay_progress VALUES ('2024-05-05');
INSERT INTO mainstay_reputations VALUES ('ada', '2024-05-01', 1, '2024-W18', '2024-W18');
INSERT INTO mainstay_reputations VALUES ('bob', '2024-05-03', 1, '2024-W18', '2024-W18');
INSERT INTO mainstay_reputations VALUES ('cy', '2024-05-02', 0, NULL, '2024-W18');
INSERT INTO mainstay_runs VALUES ('evaluate-consistency', 'abc714897c824c888bae5fa9e5187a1c', 'daily', '2024-05-06 06:00:00+00', NULL, '{}', '2024-05-06 06:00:00+00', '2024-05-06 06:00:00+00', '{"schema": "job-report/1", "job": "evaluate-consistency", "task_id": "daily", "target": "2024-05-05", "succeeded": 3, "skipped": 0, "failed": 0, "processed": 3, "errors": [], "started_at": "2024-05-06T06:00:00+00:00", "finished_at": "2024-05-06T06:00:00+00:00", "result": {"closed_period": {"start_date": "2024-05-01", "end_date": "2024-05-05", "days": 5}, "candidates_count": 5}}', NULL);
INSERT INTO mainstay_runs VALUES ('update-multipliers', '60eda0e9cde746c988ee702a226e281c', 'weekly', '2024-05-06 06:00:00+00', NULL, '{}', '2024-05-06 06:00:00+00', '2024-05-06 06:00:00+00', '{"schema": "job-report/1", "job": "update-multipliers", "task_id": "weekly", "target": "2024-W18", "succeeded": 3, "skipped": 0, "failed": 0, "processed": 3, "errors": [], "started_at": "2024-05-06T06:00:00+00:00", "finished_at": "2024-05-06T06:00:00+00:00", "result": {"period": {"start_date": "2024-04-29", "end_date": "2024-05-05"}}}', NULL);
INSERT INTO mainstay_settings VALUES ('version', '1');
INSERT INTO mainstay_settings VALUES ('posts', '["post"]');
INSERT INTO mainstay_settings VALUES ('local_days', 'false');
INSERT INTO mainstay_users VALUES ('ada');
INSERT INTO mainstay_users VALUES ('bob');
INSERT INTO mainstay_users VALUES ('cy');
ALTER TABLE ONLY mainstay_candidates
    ADD CONSTRAINT mainstay_candidates_pkey PRIMARY KEY (day, place);
ALTER TABLE ONLY mainstay_closed_days
    ADD CONSTRAINT mainstay_closed_days_pkey PRIMARY KEY (day);
ALTER TABLE ONLY mainstay_engagements
    ADD CONSTRAINT mainstay_engagements_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY mainstay_events
    ADD CONSTRAINT mainstay_events_id UNIQUE (id);
ALTER TABLE ONLY mainstay_events
    ADD CONSTRAINT mainstay_events_pkey PRIMARY KEY (user_id, started_at, id);
ALTER TABLE ONLY mainstay_installed
    ADD CONSTRAINT mainstay_installed_pkey PRIMARY KEY (job);
ALTER TABLE ONLY mainstay_kinds
    ADD CONSTRAINT mainstay_kinds_pkey PRIMARY KEY (kind);
ALTER TABLE ONLY mainstay_leases
    ADD CONSTRAINT mainstay_leases_pkey PRIMARY KEY (job, holder);
ALTER TABLE ONLY mainstay_maxima
    ADD CONSTRAINT mainstay_maxima_pkey PRIMARY KEY (id);
ALTER TABLE ONLY mainstay_outbox
    ADD CONSTRAINT mainstay_outbox_pkey PRIMARY KEY (key);
ALTER TABLE ONLY mainstay_outcomes
    ADD CONSTRAINT mainstay_outcomes_pkey PRIMARY KEY (user_id, day);
ALTER TABLE ONLY mainstay_policies
    ADD CONSTRAINT mainstay_policies_pkey PRIMARY KEY (scope, since);
ALTER TABLE ONLY mainstay_progress
    ADD CONSTRAINT mainstay_progress_pkey PRIMARY KEY (through);
ALTER TABLE ONLY mainstay_reputations
    ADD CONSTRAINT mainstay_reputations_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY mainstay_runs
    ADD CONSTRAINT mainstay_runs_pkey PRIMARY KEY (job, attempt);
ALTER TABLE ONLY mainstay_settings
    ADD CONSTRAINT mainstay_settings_pkey PRIMARY KEY (key);
ALTER TABLE ONLY mainstay_users
    ADD CONSTRAINT mainstay_users_pkey PRIMARY KEY (user_id);
CREATE INDEX mainstay_engagements_first ON mainstay_engagements USING btree (first_day);
CREATE INDEX mainstay_engagements_next ON mainstay_engagements USING btree (user_id, next_day) WHERE (next_day IS NOT NULL);
CREATE INDEX mainstay_engagements_standing ON mainstay_engagements USING btree (idle_points DESC, user_id) WHERE (idle_points > (0)::double precision);
CREATE INDEX mainstay_events_day ON mainstay_events USING btree (day, user_id, kind, rating);
CREATE INDEX mainstay_outbox_due ON mainstay_outbox USING btree (kind, due_at, key) WHERE (state = 'waiting'::text);
CREATE INDEX mainstay_outcomes_best ON mainstay_outcomes USING btree (day, total DESC, streak_before DESC, user_id);
CREATE INDEX mainstay_runs_due ON mainstay_runs USING btree (job, due);
CREATE INDEX mainstay_runs_last ON mainstay_runs USING btree (job, started_at, attempt);
