CREATE TABLE mainstay_argument_votes (
    argument_id text NOT NULL COLLATE pg_catalog."C",
    user_id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL
);
CREATE TABLE mainstay_arguments (
    id text NOT NULL COLLATE pg_catalog."C",
    case_id text NOT NULL COLLATE pg_catalog."C",
    author text NOT NULL COLLATE pg_catalog."C",
    text text NOT NULL,
    at timestamp with time zone NOT NULL,
    place integer
);
CREATE TABLE mainstay_badge_checks (
    user_id text NOT NULL COLLATE pg_catalog."C",
    due_at timestamp with time zone
);
CREATE TABLE mainstay_badge_sweeps (
    after_user text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE mainstay_badges (
    key text NOT NULL COLLATE pg_catalog."C",
    badge text NOT NULL
);
CREATE TABLE mainstay_board_places (
    period text NOT NULL COLLATE pg_catalog."C",
    place integer NOT NULL,
    user_id text NOT NULL COLLATE pg_catalog."C",
    total bigint NOT NULL
);
CREATE TABLE mainstay_board_rungs (
    period text NOT NULL COLLATE pg_catalog."C",
    total bigint NOT NULL,
    users bigint NOT NULL,
    above bigint NOT NULL,
    totals_above bigint NOT NULL
);
CREATE TABLE mainstay_boards (
    period text NOT NULL COLLATE pg_catalog."C",
    since timestamp with time zone,
    as_of timestamp with time zone NOT NULL,
    fresh_until timestamp with time zone NOT NULL,
    listed bigint NOT NULL,
    excluded text NOT NULL
);
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
CREATE TABLE mainstay_case_secrets (
    case_id text NOT NULL COLLATE pg_catalog."C",
    verdict text NOT NULL,
    nonce text NOT NULL
);
CREATE TABLE mainstay_case_votes (
    case_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    user_id text NOT NULL COLLATE pg_catalog."C",
    side text NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE mainstay_cases (
    id text NOT NULL COLLATE pg_catalog."C",
    question text NOT NULL,
    sides text NOT NULL,
    creator text COLLATE pg_catalog."C",
    status text NOT NULL COLLATE pg_catalog."C",
    opens_at timestamp with time zone,
    closes_at timestamp with time zone,
    slot timestamp with time zone,
    digest text NOT NULL COLLATE pg_catalog."C",
    verification text NOT NULL COLLATE pg_catalog."C",
    verdict text,
    nonce text,
    closed_at timestamp with time zone,
    voters integer,
    winners integer,
    participants integer,
    pool bigint,
    undistributed bigint
);
CREATE TABLE mainstay_closed_days (
    day date NOT NULL,
    candidates integer NOT NULL
);
CREATE TABLE mainstay_credits (
    user_id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    reason text NOT NULL COLLATE pg_catalog."C",
    amount bigint NOT NULL
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
CREATE TABLE mainstay_ledger (
    sequence bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    payload text NOT NULL,
    previous text NOT NULL COLLATE pg_catalog."C",
    digest text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE mainstay_listed (
    shard integer NOT NULL,
    users bigint NOT NULL
);
CREATE TABLE mainstay_maxima (
    id integer NOT NULL,
    streak double precision NOT NULL,
    posts double precision NOT NULL,
    quality double precision NOT NULL
);
CREATE TABLE mainstay_metrics (
    user_id text NOT NULL COLLATE pg_catalog."C",
    metric text NOT NULL COLLATE pg_catalog."C",
    value bigint NOT NULL
);
CREATE TABLE mainstay_notification_plans (
    kind text NOT NULL COLLATE pg_catalog."C",
    policy text NOT NULL,
    until timestamp with time zone,
    since timestamp with time zone
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
CREATE TABLE mainstay_outlooks (
    day date NOT NULL,
    user_id text NOT NULL COLLATE pg_catalog."C",
    template text NOT NULL COLLATE pg_catalog."C",
    variant text NOT NULL COLLATE pg_catalog."C",
    content_type text NOT NULL COLLATE pg_catalog."C",
    known_through date NOT NULL,
    generated_at timestamp with time zone NOT NULL,
    fallback integer NOT NULL,
    viewed_at timestamp with time zone,
    engaged_at timestamp with time zone,
    completed_at timestamp with time zone,
    rated_at timestamp with time zone,
    rating integer,
    title text NOT NULL,
    body text NOT NULL,
    data text NOT NULL
);
CREATE TABLE mainstay_points (
    user_id text NOT NULL COLLATE pg_catalog."C",
    total bigint NOT NULL,
    first_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone,
    CONSTRAINT mainstay_points_range CHECK (((total >= '-9007199254740991'::bigint) AND (total <= '9007199254740991'::bigint)))
);
CREATE TABLE mainstay_policies (
    scope text NOT NULL COLLATE pg_catalog."C",
    since date NOT NULL,
    policy text NOT NULL
);
CREATE TABLE mainstay_preferences (
    user_id text NOT NULL COLLATE pg_catalog."C",
    zone text,
    weekday text NOT NULL,
    weekend text NOT NULL,
    quiet_weekdays text NOT NULL,
    enabled integer NOT NULL,
    channel text
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
CREATE TABLE mainstay_template_reviews (
    week text NOT NULL COLLATE pg_catalog."C",
    decided text NOT NULL
);
CREATE TABLE mainstay_templates (
    name text NOT NULL COLLATE pg_catalog."C",
    template text NOT NULL
);
CREATE TABLE mainstay_users (
    user_id text NOT NULL COLLATE pg_catalog."C"
);
INSERT INTO mainstay_argument_votes VALUES ('argument-1', 'ada', '2024-05-06 06:00:00+00');
INSERT INTO mainstay_arguments VALUES ('argument-1', 'case-0001', 'cy', 'I, cy, think so.', '2024-05-06 06:00:00+00', NULL);
INSERT INTO mainstay_badges VALUES ('first_win', '{"schema": "badge/1", "number": 1, "key": "first_win", "name": "First Victory", "description": "Win a case.", "icon": "\ud83c\udfc6", "metric": "wins", "unit": "wins", "threshold": 1, "bonus": 50, "requires": []}');
INSERT INTO mainstay_badges VALUES ('five_wins', '{"schema": "badge/1", "number": 2, "key": "five_wins", "name": "Winning Streak", "description": "Win 5 cases, in a row or not.", "icon": "\ud83d\udd25", "metric": "wins", "unit": "wins", "threshold": 5, "bonus": 200, "requires": []}');
INSERT INTO mainstay_badges VALUES ('ten_wins', '{"schema": "badge/1", "number": 3, "key": "ten_wins", "name": "Champion", "description": "Win 10 cases.", "icon": "\ud83d\udc51", "metric": "wins", "unit": "wins", "threshold": 10, "bonus": 500, "requires": []}');
INSERT INTO mainstay_badges VALUES ('top_argument', '{"schema": "badge/1", "number": 4, "key": "top_argument", "name": "Master Debater", "description": "Write a top-3 argument.", "icon": "\ud83d\udcac", "metric": "top_arguments", "unit": "top-3 arguments", "threshold": 1, "bonus": 100, "requires": []}');
INSERT INTO mainstay_badges VALUES ('top_argument_3x', '{"schema": "badge/1", "number": 5, "key": "top_argument_3x", "name": "Persuasion Expert", "description": "Write 3 top-3 arguments.", "icon": "\ud83c\udfaf", "metric": "top_arguments", "unit": "top-3 arguments", "threshold": 3, "bonus": 300, "requires": []}');
INSERT INTO mainstay_badges VALUES ('active_participant', '{"schema": "badge/1", "number": 6, "key": "active_participant", "name": "Active Member", "description": "Take part in 20 cases.", "icon": "\u2b50", "metric": "participations", "unit": "participations", "threshold": 20, "bonus": 150, "requires": []}');
INSERT INTO mainstay_badges VALUES ('dedicated_voter', '{"schema": "badge/1", "number": 7, "key": "dedicated_voter", "name": "Dedicated Voter", "description": "Vote in 50 cases.", "icon": "\ud83d\uddf3\ufe0f", "metric": "votes", "unit": "votes", "threshold": 50, "bonus": 250, "requires": []}');
INSERT INTO mainstay_badges VALUES ('early_adopter', '{"schema": "badge/1", "number": 8, "key": "early_adopter", "name": "Early Adopter", "description": "Join the beta.", "icon": "\ud83d\ude80", "metric": "kind:beta_joined", "unit": "beta user", "threshold": 1, "bonus": 100, "requires": []}');
INSERT INTO mainstay_badges VALUES ('wallet_connected', '{"schema": "badge/1", "number": 9, "key": "wallet_connected", "name": "Blockchain Ready", "description": "Connect a wallet.", "icon": "\ud83d\udd17", "metric": "kind:wallet_connected", "unit": "connected wallet", "threshold": 1, "bonus": 50, "requires": []}');
INSERT INTO mainstay_board_places VALUES ('all', 1, 'bob', 10);
INSERT INTO mainstay_board_places VALUES ('all', 2, 'cy', 10);
INSERT INTO mainstay_board_places VALUES ('weekly', 1, 'bob', 10);
INSERT INTO mainstay_board_places VALUES ('weekly', 2, 'cy', 10);
INSERT INTO mainstay_board_rungs VALUES ('all', 10, 2, 0, 0);
INSERT INTO mainstay_board_rungs VALUES ('weekly', 10, 2, 0, 0);
INSERT INTO mainstay_boards VALUES ('all', NULL, '2024-05-06 06:00:00+00', '2024-05-06 06:15:00+00', 2, '[]');
INSERT INTO mainstay_boards VALUES ('daily', '2024-05-05 06:00:00+00', '2024-05-06 06:00:00+00', '2024-05-06 06:15:00+00', 0, '[]');
INSERT INTO mainstay_boards VALUES ('weekly', '2024-04-29 06:00:00+00', '2024-05-06 06:00:00+00', '2024-05-06 06:15:00+00', 2, '[]');
INSERT INTO mainstay_candidates VALUES ('2024-05-03', 1, 'bob', 0, 0, 23.653846153846153, 2, 7.5, 0, 1.153846153846154, 22.5, 40, 30, 30);
INSERT INTO mainstay_candidates VALUES ('2024-05-03', 2, 'cy', 1, 0, 2.6666666666666665, 0, NULL, 2.6666666666666665, 0, 0, 40, 30, 30);
INSERT INTO mainstay_candidates VALUES ('2024-05-04', 1, 'bob', 0, 0, 23.653846153846153, 2, 7.5, 0, 1.153846153846154, 22.5, 40, 30, 30);
INSERT INTO mainstay_candidates VALUES ('2024-05-04', 2, 'ada', 3, 0, 7.0588235294117645, 0, NULL, 7.0588235294117645, 0, 0, 40, 30, 30);
INSERT INTO mainstay_candidates VALUES ('2024-05-05', 1, 'bob', 0, 0, 23.653846153846153, 2, 7.5, 0, 1.153846153846154, 22.5, 40, 30, 30);
INSERT INTO mainstay_case_secrets VALUES ('case-0001', 'no', '27bdf74ddb841f242d192d88a22107ffa1577ade0382264937e6c9f4682f1ecc');
INSERT INTO mainstay_case_votes VALUES ('case-0001', 'vote of ada', 'ada', 'no', '2024-05-06 06:00:00+00');
INSERT INTO mainstay_case_votes VALUES ('case-0001', 'vote of bob', 'bob', 'yes', '2024-05-06 06:00:00+00');
INSERT INTO mainstay_cases VALUES ('case-0001', 'What about case-0001?', '["yes", "no"]', 'ada', 'open', '2024-05-06 06:00:00+00', '2024-05-07 06:00:00+00', NULL, '96e420139abdbef1563f76e3eef7a9b26ceb69571774c90c718196ccaaa63f18', 'verified', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO mainstay_closed_days VALUES ('2024-05-01', 0);
INSERT INTO mainstay_closed_days VALUES ('2024-05-02', 0);
INSERT INTO mainstay_closed_days VALUES ('2024-05-03', 2);
INSERT INTO mainstay_closed_days VALUES ('2024-05-04', 2);
INSERT INTO mainstay_closed_days VALUES ('2024-05-05', 1);
INSERT INTO mainstay_credits VALUES ('bob', '2024-05-01 08:00:00+00', 'welcome', 10);
INSERT INTO mainstay_credits VALUES ('cy', '2024-05-01 09:00:00+00', 'welcome', 10);
INSERT INTO mainstay_credits VALUES ('ada', '2024-05-06 06:00:00+00', 'badge:early_adopter', 100);
INSERT INTO mainstay_credits VALUES ('bob', '2024-05-06 06:00:00+00', 'badge:first_win', 50);
INSERT INTO mainstay_credits VALUES ('bob', '2024-05-06 06:00:00+00', 'badge:wallet_connected', 50);
INSERT INTO mainstay_engagements VALUES ('ada', '2024-05-01', '2024-05-04', 0, 0, 0, 0, NULL, '2024-05-01', 0);
INSERT INTO mainstay_engagements VALUES ('bob', '2024-05-03', '2024-05-03', 0, 2, 2, 15000000, NULL, '2024-05-03', 23.653846153846153);
INSERT INTO mainstay_engagements VALUES ('cy', '2024-05-02', '2024-05-03', 0, 0, 0, 0, NULL, '2024-05-02', 0);
INSERT INTO mainstay_events VALUES ('ada', '2024-05-01 08:00:00+00', 'ada 1', 0, NULL, 'run', NULL, NULL, NULL, '2024-05-01');
INSERT INTO mainstay_events VALUES ('ada', '2024-05-02 08:00:00+00', 'ada 2', 0, NULL, 'run', NULL, NULL, NULL, '2024-05-02');
INSERT INTO mainstay_events VALUES ('ada', '2024-05-02 09:00:00+00', 'ada beta', 0, NULL, 'beta_joined', NULL, NULL, NULL, '2024-05-02');
INSERT INTO mainstay_events VALUES ('ada', '2024-05-03 08:00:00+00', 'ada 3', 0, NULL, 'run', NULL, NULL, NULL, '2024-05-03');
INSERT INTO mainstay_events VALUES ('bob', '2024-05-03 08:00:00+00', 'bob wallet', 0, NULL, 'wallet_connected', NULL, NULL, NULL, '2024-05-03');
INSERT INTO mainstay_events VALUES ('bob', '2024-05-03 09:00:00+00', 'bob post 0', 0, NULL, 'post', NULL, 7.5, 7500000, '2024-05-03');
INSERT INTO mainstay_events VALUES ('bob', '2024-05-03 10:00:00+00', 'bob post 1', 0, NULL, 'post', NULL, 7.5, 7500000, '2024-05-03');
INSERT INTO mainstay_events VALUES ('cy', '2024-05-02 08:00:00+00', 'cy 2', 0, NULL, 'run', NULL, NULL, NULL, '2024-05-02');
INSERT INTO mainstay_kinds VALUES ('beta_joined');
INSERT INTO mainstay_kinds VALUES ('post');
INSERT INTO mainstay_kinds VALUES ('run');
INSERT INTO mainstay_kinds VALUES ('wallet_connected');
INSERT INTO mainstay_ledger VALUES (1, '2026-11-27 01:39:44.951399+00', 'verdict:case-0001', '96e420139abdbef1563f76e3eef7a9b26ceb69571774c90c718196ccaaa63f18', '0000000000000000000000000000000000000000000000000000000000000000', '8532a7d3dba606e40ccac709d2ba5b07ac68c0030b990e149c8b6c9df8c418ee');
INSERT INTO mainstay_listed VALUES (0, 2);
INSERT INTO mainstay_listed VALUES (8, 1);
INSERT INTO mainstay_maxima VALUES (1, 40, 30, 30);
INSERT INTO mainstay_metrics VALUES ('ada', 'kind:beta_joined', 1);
INSERT INTO mainstay_metrics VALUES ('ada', 'kind:run', 3);
INSERT INTO mainstay_metrics VALUES ('bob', 'kind:post', 2);
INSERT INTO mainstay_metrics VALUES ('bob', 'kind:wallet_connected', 1);
INSERT INTO mainstay_metrics VALUES ('bob', 'wins', 1);
INSERT INTO mainstay_metrics VALUES ('cy', 'kind:run', 1);
INSERT INTO mainstay_outbox VALUES ('welcome:ada', 'mail', 'ada', '{"to": "ada"}', '2024-05-05 08:00:00+00', NULL, 0, 'waiting', NULL, NULL, NULL, NULL);
INSERT INTO mainstay_outbox VALUES ('verdict:case-0001', 'commitment', NULL, '{"case_id": "case-0001", "digest": "96e420139abdbef1563f76e3eef7a9b26ceb69571774c90c718196ccaaa63f18"}', '2024-05-06 06:00:00+00', NULL, 0, 'waiting', NULL, NULL, NULL, NULL);
INSERT INTO mainstay_outcomes VALUES ('ada', '2024-05-01', NULL, 0, 1, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO mainstay_outcomes VALUES ('ada', '2024-05-02', '2024-05-01', 1, 2, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO mainstay_outcomes VALUES ('ada', '2024-05-03', '2024-05-02', 2, 3, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO mainstay_outcomes VALUES ('ada', '2024-05-04', '2024-05-03', 3, 0, 0, 0, 0, 7.0588235294117645, 7.0588235294117645, 0, 0, 0, 1);
INSERT INTO mainstay_outcomes VALUES ('bob', '2024-05-03', NULL, 0, 0, 2, 2, 15000000, 23.653846153846153, 0, 1.153846153846154, 22.5, 23.653846153846153, 1);
INSERT INTO mainstay_outcomes VALUES ('cy', '2024-05-02', NULL, 0, 1, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO mainstay_outcomes VALUES ('cy', '2024-05-03', '2024-05-02', 1, 0, 0, 0, 0, 2.6666666666666665, 2.6666666666666665, 0, 0, 0, 1);
INSERT INTO mainstay_points VALUES ('ada', 100, '2024-05-06 06:00:00+00', '2024-05-06 06:00:00+00');
INSERT INTO mainstay_points VALUES ('bob', 110, '2024-05-01 08:00:00+00', '2024-05-06 06:00:00+00');
INSERT INTO mainstay_points VALUES ('cy', 10, '2024-05-01 09:00:00+00', '2024-05-01 09:00:00+00');
INSERT INTO mainstay_policies VALUES ('badges', '0001-01-01', '{"schema": "badge-policy/1", "badges": [{"number": 1, "key": "first_win", "name": "First Victory", "description": "Win a case.", "icon": "\ud83c\udfc6", "metric": "wins", "unit": "wins", "threshold": 1, "bonus": 50, "requires": []}, {"number": 2, "key": "five_wins", "name": "Winning Streak", "description": "Win 5 cases, in a row or not.", "icon": "\ud83d\udd25", "metric": "wins", "unit": "wins", "threshold": 5, "bonus": 200, "requires": []}, {"number": 3, "key": "ten_wins", "name": "Champion", "description": "Win 10 cases.", "icon": "\ud83d\udc51", "metric": "wins", "unit": "wins", "threshold": 10, "bonus": 500, "requires": []}, {"number": 4, "key": "top_argument", "name": "Master Debater", "description": "Write a top-3 argument.", "icon": "\ud83d\udcac", "metric": "top_arguments", "unit": "top-3 arguments", "threshold": 1, "bonus": 100, "requires": []}, {"number": 5, "key": "top_argument_3x", "name": "Persuasion Expert", "description": "Write 3 top-3 arguments.", "icon": "\ud83c\udfaf", "metric": "top_arguments", "unit": "top-3 arguments", "threshold": 3, "bonus": 300, "requires": []}, {"number": 6, "key": "active_participant", "name": "Active Member", "description": "Take part in 20 cases.", "icon": "\u2b50", "metric": "participations", "unit": "participations", "threshold": 20, "bonus": 150, "requires": []}, {"number": 7, "key": "dedicated_voter", "name": "Dedicated Voter", "description": "Vote in 50 cases.", "icon": "\ud83d\uddf3\ufe0f", "metric": "votes", "unit": "votes", "threshold": 50, "bonus": 250, "requires": []}, {"number": 8, "key": "early_adopter", "name": "Early Adopter", "description": "Join the beta.", "icon": "\ud83d\ude80", "metric": "kind:beta_joined", "unit": "beta user", "threshold": 1, "bonus": 100, "requires": []}, {"number": 9, "key": "wallet_connected", "name": "Blockchain Ready", "description": "Connect a wallet.", "icon": "\ud83d\udd17", "metric": "kind:wallet_connected", "unit": "connected wallet", "threshold": 1, "bonus": 50, "requires": []}], "score": {"window_days": 28, "base_points": 60.0, "distribution_points": 25.0, "distribution_limit": 8.75, "distribution_min_days": 3, "streak_points_per_day": 2.0, "streak_points": 10.0, "recency_steps": [[1, 5.0], [3, 3.0], [7, 1.0]], "member_min_days": 7}}');
INSERT INTO mainstay_policies VALUES ('boards', '0001-01-01', '{"schema": "leaderboard-policy/1", "excluded": [], "top": 100, "fresh": "PT900S", "kept": "PT3600S"}');
INSERT INTO mainstay_policies VALUES ('days', '0001-01-01', '{"schema": "engagement-policy/1", "criteria": {"minimums": {"run": 1}}, "streak_weight": 0.4, "posts_weight": 0.3, "quality_weight": 0.3, "streak_half": 14.0, "posts_half": 50.0, "top_inactive_users": 5}');
INSERT INTO mainstay_policies VALUES ('weeks', '0001-01-01', '{"schema": "weekly-streak-policy/1", "min_interactions": 2, "forgiven_weeks": 1, "kinds": null}');
INSERT INTO mainstay_preferences VALUES ('ada', 'UTC', '06:45:00', '08:30:00', '[]', 1, NULL);
INSERT INTO mainstay_progress VALUES ('2024-05-05');
INSERT INTO mainstay_reputations VALUES ('ada', '2024-05-01', 1, '2024-W18', '2024-W18');
INSERT INTO mainstay_reputations VALUES ('bob', '2024-05-03', 1, '2024-W18', '2024-W18');
INSERT INTO mainstay_reputations VALUES ('cy', '2024-05-02', 0, NULL, '2024-W18');
INSERT INTO mainstay_runs VALUES ('evaluate-consistency', '828d74b494b04d2595503d9ca8a4492b', 'daily', '2024-05-06 06:00:00+00', NULL, '{}', '2024-05-06 06:00:00+00', '2024-05-06 06:00:00+00', '{"schema": "job-report/1", "job": "evaluate-consistency", "task_id": "daily", "target": "2024-05-05", "succeeded": 3, "skipped": 0, "failed": 0, "processed": 3, "errors": [], "started_at": "2024-05-06T06:00:00+00:00", "finished_at": "2024-05-06T06:00:00+00:00", "result": {"closed_period": {"start_date": "2024-05-01", "end_date": "2024-05-05", "days": 5}, "candidates_count": 5}}', NULL);
INSERT INTO mainstay_runs VALUES ('update-multipliers', 'ff216cb6d6e1420eba8eeda7af5eb30b', 'weekly', '2024-05-06 06:00:00+00', NULL, '{}', '2024-05-06 06:00:00+00', '2024-05-06 06:00:00+00', '{"schema": "job-report/1", "job": "update-multipliers", "task_id": "weekly", "target": "2024-W18", "succeeded": 3, "skipped": 0, "failed": 0, "processed": 3, "errors": [], "started_at": "2024-05-06T06:00:00+00:00", "finished_at": "2024-05-06T06:00:00+00:00", "result": {"period": {"start_date": "2024-04-29", "end_date": "2024-05-05"}}}', NULL);
INSERT INTO mainstay_runs VALUES ('check-badges', '6c48770f8f99469f8b1a3c8b693562fe', 'badges', '2024-05-06 06:00:00+00', NULL, '{}', '2024-05-06 06:00:00+00', '2024-05-06 06:00:00+00', '{"schema": "job-report/1", "job": "check-badges", "task_id": "badges", "target": null, "succeeded": 3, "skipped": 0, "failed": 0, "processed": 3, "errors": [], "started_at": "2024-05-06T06:00:00+00:00", "finished_at": "2024-05-06T06:00:00+00:00", "result": {"awarded": 3, "points": 200}}', NULL);
INSERT INTO mainstay_runs VALUES ('refresh-leaderboards', '78aa41f812574b09bb3853afc982bb96', 'boards', '2024-05-06 06:00:00+00', NULL, '{}', '2024-05-06 06:00:00+00', '2024-05-06 06:00:00+00', '{"schema": "job-report/1", "job": "refresh-leaderboards", "task_id": "boards", "target": null, "succeeded": 3, "skipped": 0, "failed": 0, "processed": 3, "errors": [], "started_at": "2024-05-06T06:00:00+00:00", "finished_at": "2024-05-06T06:00:00+00:00", "result": {"as_of": "2024-05-06T06:00:00+00:00"}}', NULL);
INSERT INTO mainstay_settings VALUES ('posts', '["post"]');
INSERT INTO mainstay_settings VALUES ('local_days', 'false');
INSERT INTO mainstay_settings VALUES ('version', '4');
INSERT INTO mainstay_users VALUES ('ada');
INSERT INTO mainstay_users VALUES ('bob');
INSERT INTO mainstay_users VALUES ('cy');
ALTER TABLE ONLY mainstay_argument_votes
    ADD CONSTRAINT mainstay_argument_votes_pkey PRIMARY KEY (argument_id, user_id);
ALTER TABLE ONLY mainstay_arguments
    ADD CONSTRAINT mainstay_arguments_pkey PRIMARY KEY (id);
ALTER TABLE ONLY mainstay_badge_checks
    ADD CONSTRAINT mainstay_badge_checks_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY mainstay_badge_sweeps
    ADD CONSTRAINT mainstay_badge_sweeps_pkey PRIMARY KEY (after_user);
ALTER TABLE ONLY mainstay_badges
    ADD CONSTRAINT mainstay_badges_pkey PRIMARY KEY (key);
ALTER TABLE ONLY mainstay_board_places
    ADD CONSTRAINT mainstay_board_places_pkey PRIMARY KEY (period, place);
ALTER TABLE ONLY mainstay_board_rungs
    ADD CONSTRAINT mainstay_board_rungs_pkey PRIMARY KEY (period, total);
ALTER TABLE ONLY mainstay_boards
    ADD CONSTRAINT mainstay_boards_pkey PRIMARY KEY (period);
ALTER TABLE ONLY mainstay_candidates
    ADD CONSTRAINT mainstay_candidates_pkey PRIMARY KEY (day, place);
ALTER TABLE ONLY mainstay_case_secrets
    ADD CONSTRAINT mainstay_case_secrets_pkey PRIMARY KEY (case_id);
ALTER TABLE ONLY mainstay_case_votes
    ADD CONSTRAINT mainstay_case_votes_pkey PRIMARY KEY (case_id, id);
ALTER TABLE ONLY mainstay_cases
    ADD CONSTRAINT mainstay_cases_pkey PRIMARY KEY (id);
ALTER TABLE ONLY mainstay_cases
    ADD CONSTRAINT mainstay_cases_slot_key UNIQUE (slot);
ALTER TABLE ONLY mainstay_closed_days
    ADD CONSTRAINT mainstay_closed_days_pkey PRIMARY KEY (day);
ALTER TABLE ONLY mainstay_credits
    ADD CONSTRAINT mainstay_credits_once UNIQUE (user_id, reason);
ALTER TABLE ONLY mainstay_credits
    ADD CONSTRAINT mainstay_credits_pkey PRIMARY KEY (user_id, at, reason);
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
ALTER TABLE ONLY mainstay_ledger
    ADD CONSTRAINT mainstay_ledger_digest UNIQUE (digest);
ALTER TABLE ONLY mainstay_ledger
    ADD CONSTRAINT mainstay_ledger_once UNIQUE (key);
ALTER TABLE ONLY mainstay_ledger
    ADD CONSTRAINT mainstay_ledger_pkey PRIMARY KEY (sequence);
ALTER TABLE ONLY mainstay_ledger
    ADD CONSTRAINT mainstay_ledger_unforked UNIQUE (previous);
ALTER TABLE ONLY mainstay_listed
    ADD CONSTRAINT mainstay_listed_pkey PRIMARY KEY (shard);
ALTER TABLE ONLY mainstay_maxima
    ADD CONSTRAINT mainstay_maxima_pkey PRIMARY KEY (id);
ALTER TABLE ONLY mainstay_metrics
    ADD CONSTRAINT mainstay_metrics_pkey PRIMARY KEY (user_id, metric);
ALTER TABLE ONLY mainstay_notification_plans
    ADD CONSTRAINT mainstay_notification_plans_pkey PRIMARY KEY (kind);
ALTER TABLE ONLY mainstay_outbox
    ADD CONSTRAINT mainstay_outbox_pkey PRIMARY KEY (key);
ALTER TABLE ONLY mainstay_outcomes
    ADD CONSTRAINT mainstay_outcomes_pkey PRIMARY KEY (user_id, day);
ALTER TABLE ONLY mainstay_outlooks
    ADD CONSTRAINT mainstay_outlooks_pkey PRIMARY KEY (day, user_id);
ALTER TABLE ONLY mainstay_points
    ADD CONSTRAINT mainstay_points_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY mainstay_policies
    ADD CONSTRAINT mainstay_policies_pkey PRIMARY KEY (scope, since);
ALTER TABLE ONLY mainstay_preferences
    ADD CONSTRAINT mainstay_preferences_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY mainstay_progress
    ADD CONSTRAINT mainstay_progress_pkey PRIMARY KEY (through);
ALTER TABLE ONLY mainstay_reputations
    ADD CONSTRAINT mainstay_reputations_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY mainstay_runs
    ADD CONSTRAINT mainstay_runs_pkey PRIMARY KEY (job, attempt);
ALTER TABLE ONLY mainstay_settings
    ADD CONSTRAINT mainstay_settings_pkey PRIMARY KEY (key);
ALTER TABLE ONLY mainstay_template_reviews
    ADD CONSTRAINT mainstay_template_reviews_pkey PRIMARY KEY (week);
ALTER TABLE ONLY mainstay_templates
    ADD CONSTRAINT mainstay_templates_pkey PRIMARY KEY (name);
ALTER TABLE ONLY mainstay_users
    ADD CONSTRAINT mainstay_users_pkey PRIMARY KEY (user_id);
CREATE INDEX mainstay_arguments_of_case ON mainstay_arguments USING btree (case_id, id);
CREATE INDEX mainstay_cases_open ON mainstay_cases USING btree (id, closes_at) WHERE (status = 'open'::text);
CREATE INDEX mainstay_cases_question ON mainstay_cases USING hash (question);
CREATE INDEX mainstay_credits_at ON mainstay_credits USING btree (at, user_id, amount);
CREATE INDEX mainstay_engagements_first ON mainstay_engagements USING btree (first_day);
CREATE INDEX mainstay_engagements_next ON mainstay_engagements USING btree (user_id, next_day) WHERE (next_day IS NOT NULL);
CREATE INDEX mainstay_engagements_standing ON mainstay_engagements USING btree (idle_points DESC, user_id) WHERE (idle_points > (0)::double precision);
CREATE INDEX mainstay_events_day ON mainstay_events USING btree (day, user_id, kind, rating);
CREATE INDEX mainstay_outbox_due ON mainstay_outbox USING btree (kind, due_at, key) WHERE (state = 'waiting'::text);
CREATE INDEX mainstay_outcomes_best ON mainstay_outcomes USING btree (day, total DESC, streak_before DESC, user_id);
CREATE INDEX mainstay_outlooks_user ON mainstay_outlooks USING btree (user_id, day);
CREATE INDEX mainstay_points_total ON mainstay_points USING btree (total DESC, user_id);
CREATE INDEX mainstay_runs_due ON mainstay_runs USING btree (job, due);
CREATE INDEX mainstay_runs_last ON mainstay_runs USING btree (job, started_at, attempt);
