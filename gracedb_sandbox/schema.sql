-- What the sandbox remembers. Bytes of files live beside the database, named by their SHA-256 (see store.py);
-- the table "file" alone says which of them exist, so nothing half-made is ever seen.

CREATE TABLE IF NOT EXISTS user (
    username TEXT PRIMARY KEY, password TEXT, first_name TEXT, last_name TEXT, email TEXT,
    groups TEXT NOT NULL DEFAULT '[]', pipelines TEXT NOT NULL DEFAULT '[]'
);

CREATE TABLE IF NOT EXISTS superevent (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    category TEXT NOT NULL,              -- 'P', 'T', 'M'
    date TEXT NOT NULL,                  -- 'YYMMDD' of t_0 at creation
    number INTEGER NOT NULL,             -- 1 is 'a'
    is_gw INTEGER NOT NULL DEFAULT 0, gw_number INTEGER NULL, gw_id TEXT NULL UNIQUE,
    submitter TEXT NOT NULL, created REAL NOT NULL,
    t_start REAL NOT NULL, t_0 REAL NOT NULL, t_end REAL NOT NULL,
    preferred_event INTEGER REFERENCES event(id),
    em_type TEXT NULL, time_coinc_far REAL NULL, space_coinc_far REAL NULL,
    exposed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (category, date, number)
);
CREATE INDEX IF NOT EXISTS superevent_t_0 ON superevent(t_0);
CREATE INDEX IF NOT EXISTS superevent_preferred ON superevent(preferred_event);

CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    group_name TEXT NOT NULL, pipeline TEXT NOT NULL, search TEXT NULL,
    submitter TEXT NOT NULL,             -- username
    created REAL NOT NULL,               -- Unix seconds
    gpstime REAL NULL,                   -- GPS seconds, 6 decimals
    far REAL NULL,                       -- Hz
    instruments TEXT NOT NULL DEFAULT '', nevents INTEGER NULL, likelihood REAL NULL,
    offline INTEGER NOT NULL DEFAULT 0,
    superevent INTEGER NULL REFERENCES superevent(id),
    replay_id TEXT NULL, content_id TEXT NULL,
    status TEXT NOT NULL DEFAULT 'uploaded',  -- or 'reserved'
    extra TEXT NOT NULL DEFAULT '{}'     -- JSON of extra_attributes, nulls included
);
CREATE INDEX IF NOT EXISTS event_created ON event(created);
CREATE INDEX IF NOT EXISTS event_gpstime ON event(gpstime);
CREATE INDEX IF NOT EXISTS event_superevent ON event(superevent);
CREATE INDEX IF NOT EXISTS event_content ON event(content_id);

CREATE TABLE IF NOT EXISTS event_permission (
    event INTEGER NOT NULL REFERENCES event(id), action TEXT NOT NULL,  -- 'view', 'change'
    group_name TEXT NOT NULL,
    PRIMARY KEY (event, action, group_name)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS pipeline_preferred (
    superevent INTEGER NOT NULL REFERENCES superevent(id), pipeline TEXT NOT NULL,
    event INTEGER NOT NULL UNIQUE REFERENCES event(id),
    PRIMARY KEY (superevent, pipeline)
);

-- What hangs on an event or a superevent is keyed by (kind, owner): kind is 'event' or 'superevent'.

CREATE TABLE IF NOT EXISTS labelling (
    kind TEXT NOT NULL, owner INTEGER NOT NULL, name TEXT NOT NULL,
    creator TEXT NOT NULL, created REAL NOT NULL,
    PRIMARY KEY (kind, owner, name)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS log (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, owner INTEGER NOT NULL, n INTEGER NOT NULL,
    comment TEXT NOT NULL, created REAL NOT NULL, issuer TEXT NOT NULL,
    filename TEXT NOT NULL DEFAULT '', file_version INTEGER NULL,
    UNIQUE (kind, owner, n)
);

CREATE TABLE IF NOT EXISTS tag (name TEXT PRIMARY KEY, display_name TEXT NULL, blessed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS tagging (
    log INTEGER NOT NULL REFERENCES log(id), tag TEXT NOT NULL,
    PRIMARY KEY (log, tag)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tagging_tag ON tagging(tag);

CREATE TABLE IF NOT EXISTS file (
    kind TEXT NOT NULL, owner INTEGER NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,
    digest TEXT NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (kind, owner, name, version)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS voevent (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, owner INTEGER NOT NULL, n INTEGER NOT NULL,
    issuer TEXT NOT NULL, created REAL NOT NULL, ivorn TEXT NOT NULL,
    filename TEXT NOT NULL, file_version INTEGER NULL, voevent_type TEXT NOT NULL,
    skymap_type TEXT NULL, skymap_filename TEXT NULL,
    internal INTEGER NOT NULL DEFAULT 1, open_alert INTEGER NOT NULL DEFAULT 0,
    hardware_inj INTEGER NOT NULL DEFAULT 0, coinc_comment INTEGER NOT NULL DEFAULT 0,
    significant INTEGER NOT NULL DEFAULT 0,
    prob_has_ns REAL NULL, prob_has_remnant REAL NULL, prob_bns REAL NULL, prob_nsbh REAL NULL,
    prob_bbh REAL NULL, prob_terrestrial REAL NULL, prob_has_mass_gap REAL NULL, prob_has_ssm REAL NULL,
    raven_coinc INTEGER NOT NULL DEFAULT 0, ext_gcn TEXT NULL, ext_pipeline TEXT NULL, ext_search TEXT NULL,
    combined_skymap_filename TEXT NULL,
    UNIQUE (kind, owner, n)
);

CREATE TABLE IF NOT EXISTS emobservation (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, owner INTEGER NOT NULL, n INTEGER NOT NULL,
    submitter TEXT NOT NULL, created REAL NOT NULL, group_name TEXT NOT NULL, comment TEXT NOT NULL DEFAULT '',
    UNIQUE (kind, owner, n)
);
CREATE TABLE IF NOT EXISTS footprint (
    observation INTEGER NOT NULL REFERENCES emobservation(id), n INTEGER NOT NULL,
    ra REAL NOT NULL, ra_width REAL NOT NULL, "dec" REAL NOT NULL, dec_width REAL NOT NULL,
    start_time REAL NOT NULL,            -- Unix seconds
    exposure_time INTEGER NOT NULL,      -- seconds
    PRIMARY KEY (observation, n)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS signoff (
    superevent INTEGER NOT NULL REFERENCES superevent(id),
    type TEXT NOT NULL,                  -- 'OP', 'ADV'
    instrument TEXT NOT NULL DEFAULT '', status TEXT NOT NULL, comment TEXT NOT NULL DEFAULT '',
    submitter TEXT NOT NULL,
    PRIMARY KEY (superevent, type, instrument)
);

CREATE TABLE IF NOT EXISTS notice (
    superevent INTEGER NOT NULL REFERENCES superevent(id), n INTEGER NOT NULL,
    notice_type TEXT NOT NULL, filename TEXT NOT NULL, file_version INTEGER NULL,
    issuer TEXT NOT NULL, created REAL NOT NULL,
    document TEXT NOT NULL,              -- JSON of what is answered beside the keys above
    PRIMARY KEY (superevent, n)
);

CREATE TABLE IF NOT EXISTS gwtc (
    id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT NOT NULL, version INTEGER NOT NULL,
    created REAL NOT NULL, submitter TEXT NOT NULL, comment TEXT NOT NULL DEFAULT '',
    smap TEXT NOT NULL,                  -- JSON of gwtc_superevents
    UNIQUE (number, version)
);
