"""The tables, as a list of migrations: version n is what the first n scripts make. Scripts are only ever added."""

import duckdb

from core.errors import StoreError

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE meta (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);
    CREATE SEQUENCE dataset_ids START 1;
    CREATE SEQUENCE scorer_ids START 1;
    CREATE SEQUENCE rule_ids START 1;
    CREATE SEQUENCE selection_ids START 1;
    CREATE SEQUENCE experiment_ids START 1;
    CREATE SEQUENCE candidate_set_ids START 1;

    -- A row's key and scores outlive its text: data that are deleted and loaded again are not scored again.
    CREATE TABLE rows (row_id BIGINT NOT NULL, key UUID NOT NULL);
    CREATE TABLE texts (
        row_id BIGINT NOT NULL, instruction VARCHAR NOT NULL, input VARCHAR NOT NULL, output VARCHAR NOT NULL,
        messages VARCHAR
    );
    CREATE TABLE datasets (
        dataset_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, description VARCHAR NOT NULL,
        created_at TIMESTAMPTZ NOT NULL, origin JSON NOT NULL, complete BOOLEAN NOT NULL, row_count BIGINT NOT NULL,
        duplicates BIGINT NOT NULL, rejected BIGINT NOT NULL, fingerprint VARCHAR NOT NULL
    );
    CREATE TABLE dataset_rows (
        dataset_id INTEGER NOT NULL, position BIGINT NOT NULL, row_id BIGINT NOT NULL, source_file VARCHAR NOT NULL,
        source_row BIGINT NOT NULL, extra VARCHAR
    );
    CREATE TABLE rejections (
        dataset_id INTEGER NOT NULL, file VARCHAR NOT NULL, row BIGINT, reason VARCHAR NOT NULL, mend VARCHAR NOT NULL,
        excerpt VARCHAR NOT NULL
    );

    CREATE TABLE scorers (
        scorer_id INTEGER PRIMARY KEY, indicator VARCHAR NOT NULL, model VARCHAR NOT NULL, settings VARCHAR NOT NULL,
        UNIQUE (indicator, model, settings)
    );
    CREATE TABLE scores (row_id BIGINT NOT NULL, scorer_id INTEGER NOT NULL, value DOUBLE);
    CREATE TABLE embeddings (row_id BIGINT NOT NULL, model VARCHAR NOT NULL, vector FLOAT[384] NOT NULL);
    CREATE TABLE taken_parts (job_id VARCHAR NOT NULL, part VARCHAR NOT NULL, taken_at TIMESTAMPTZ NOT NULL);

    CREATE TABLE rules (
        rule_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, rule JSON NOT NULL, created_at TIMESTAMPTZ NOT NULL
    );
    CREATE TABLE selections (
        selection_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, spec JSON NOT NULL, summary JSON NOT NULL,
        created_at TIMESTAMPTZ NOT NULL
    );
    CREATE TABLE selection_rows (
        selection_id INTEGER NOT NULL, rank BIGINT NOT NULL, dataset_id INTEGER NOT NULL, row_id BIGINT NOT NULL,
        value DOUBLE
    );
    CREATE TABLE experiments (
        experiment_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, spec JSON NOT NULL, created_at TIMESTAMPTZ NOT NULL
    );
    CREATE TABLE candidate_sets (
        candidate_set_id INTEGER PRIMARY KEY, experiment_id INTEGER NOT NULL, name VARCHAR NOT NULL,
        kind VARCHAR NOT NULL, spec JSON NOT NULL
    );
    CREATE TABLE candidate_set_rows (
        candidate_set_id INTEGER NOT NULL, position BIGINT NOT NULL, dataset_id INTEGER NOT NULL, row_id BIGINT NOT NULL
    );
    CREATE TABLE settings (name VARCHAR PRIMARY KEY, value JSON NOT NULL);
    """,
    """
    CREATE SEQUENCE evaluation_set_ids START 1;
    CREATE TABLE evaluation_sets (
        evaluation_set_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, description VARCHAR NOT NULL,
        created_at TIMESTAMPTZ NOT NULL
    );
    CREATE TABLE evaluation_examples (
        evaluation_set_id INTEGER NOT NULL, position INTEGER NOT NULL, instruction VARCHAR NOT NULL,
        input VARCHAR NOT NULL, outputs VARCHAR[] NOT NULL
    );

    -- A set's number tells it from the others of its experiment; 0 is the untuned model.
    ALTER TABLE candidate_sets ADD COLUMN number INTEGER;
    ALTER TABLE experiments ADD COLUMN job_id VARCHAR;
    CREATE TABLE tuning_runs (
        job_id VARCHAR NOT NULL, number INTEGER NOT NULL, steps INTEGER, train_loss_nats_per_token DOUBLE,
        trained_tokens BIGINT, tuning_seconds DOUBLE
    );
    CREATE TABLE example_losses (
        job_id VARCHAR NOT NULL, number INTEGER NOT NULL, example INTEGER NOT NULL, response INTEGER NOT NULL,
        tokens INTEGER NOT NULL, loss_nats_per_token DOUBLE NOT NULL
    );
    """,
    """
    CREATE SEQUENCE comparison_ids START 1;
    CREATE TABLE comparisons (
        comparison_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, spec JSON NOT NULL, created_at TIMESTAMPTZ NOT NULL,
        job_id VARCHAR
    );
    CREATE TABLE comparison_prompts (
        comparison_id INTEGER NOT NULL, position INTEGER NOT NULL, prompt VARCHAR NOT NULL,
        instruction VARCHAR NOT NULL, input VARCHAR NOT NULL
    );
    -- Answers and paid replies outlive the comparison for which they were made: nothing is made or paid for twice.
    CREATE TABLE answers (
        model VARCHAR NOT NULL, settings VARCHAR NOT NULL, prompt VARCHAR NOT NULL, answer VARCHAR NOT NULL,
        tokens INTEGER NOT NULL, finished BOOLEAN NOT NULL, seconds DOUBLE NOT NULL
    );
    CREATE TABLE judge_replies (
        judge VARCHAR NOT NULL, question VARCHAR NOT NULL, verdict VARCHAR NOT NULL, reply VARCHAR NOT NULL,
        input_tokens BIGINT NOT NULL, output_tokens BIGINT NOT NULL, cost DOUBLE NOT NULL, asked_at TIMESTAMPTZ NOT NULL
    );
    CREATE TABLE human_verdicts (
        comparison_id INTEGER NOT NULL, position INTEGER NOT NULL, a_first BOOLEAN NOT NULL, verdict VARCHAR NOT NULL,
        decided_at TIMESTAMPTZ NOT NULL
    );
    """,
    """
    -- Marks and notes belong to a row's content, as its scores do, and outlive its dataset.
    CREATE SEQUENCE mark_change_ids START 1;
    CREATE TABLE marks (row_id BIGINT NOT NULL, mark VARCHAR NOT NULL, note VARCHAR NOT NULL);
    CREATE TABLE mark_history (
        change_id BIGINT NOT NULL, what VARCHAR NOT NULL, rows BIGINT NOT NULL, undone BOOLEAN NOT NULL,
        changed_at TIMESTAMPTZ NOT NULL
    );
    CREATE TABLE mark_changes (
        change_id BIGINT NOT NULL, row_id BIGINT NOT NULL, mark_before VARCHAR NOT NULL, note_before VARCHAR NOT NULL,
        mark_after VARCHAR NOT NULL, note_after VARCHAR NOT NULL
    );
    CREATE TABLE maps (
        map_id VARCHAR NOT NULL, model VARCHAR NOT NULL, datasets INTEGER[] NOT NULL, method VARCHAR NOT NULL,
        fitted BIGINT NOT NULL, rows BIGINT NOT NULL, created_at TIMESTAMPTZ NOT NULL
    );
    CREATE TABLE map_points (map_id VARCHAR NOT NULL, row_id BIGINT NOT NULL, x FLOAT NOT NULL, y FLOAT NOT NULL);
    """,
    r"""
    -- Words became those of every script, and their scores have another key. Where a row's words are what they were, as
    -- in English, its scores stand under the new key, too. Those of the earlier one stay, for what was made with them.
    INSERT INTO scorers
    SELECT nextval('scorer_ids'), indicator, model,
        CASE indicator WHEN 'mtld' THEN '{"threshold":0.72,"words":2}' ELSE '{"words":2}' END
    FROM scorers
    WHERE (indicator, model, settings) IN (
        ('mtld', 'none', '{"threshold":0.72}'), ('input_words', 'none', '{}'), ('output_words', 'none', '{}')
    );
    INSERT INTO scores
    SELECT row_id, later.scorer_id, value
    FROM scores
    JOIN scorers AS earlier USING (scorer_id)
    JOIN scorers AS later ON later.indicator = earlier.indicator AND later.scorer_id <> earlier.scorer_id
    JOIN texts USING (row_id)
    WHERE earlier.model = 'none' AND earlier.settings IN ('{}', '{"threshold":0.72}') AND later.model = 'none'
    AND later.settings IN ('{"words":2}', '{"threshold":0.72,"words":2}')
    AND NOT regexp_matches(
        CASE earlier.indicator WHEN 'input_words' THEN concat(instruction, ' ', input) ELSE output END,
        '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]'
    )
    AND (
        earlier.indicator <> 'mtld' OR strlen(output) = length(output)
        OR output = nfc_normalize(output) AND NOT regexp_matches(output, '[\p{L}\p{N}][\p{M}\x{200c}\x{200d}]')
    );
    """,
    """
    ALTER TABLE evaluation_sets ADD COLUMN division JSON DEFAULT '{}';
    ALTER TABLE evaluation_sets ADD COLUMN held_out BOOLEAN DEFAULT false;
    """,
    """
    -- Every commit takes a number, which is kept beside the file as well: a file that has lost commits is behind it.
    CREATE SEQUENCE commits START 1;
    INSERT INTO meta VALUES ('store', uuid()::VARCHAR), ('in_use', 'no');
    """,
    """
    -- Of an earlier map nobody has looked for clusters: it has no number of rows in which they were sought.
    ALTER TABLE maps ADD COLUMN clusters_sampled BIGINT;
    ALTER TABLE map_points ADD COLUMN cluster INTEGER;
    CREATE TABLE map_clusters (map_id VARCHAR NOT NULL, cluster INTEGER NOT NULL, name VARCHAR NOT NULL);
    """,
    """
    ALTER TABLE marks ADD COLUMN tags VARCHAR[] DEFAULT [];
    ALTER TABLE mark_changes ADD COLUMN tags_before VARCHAR[] DEFAULT [];
    ALTER TABLE mark_changes ADD COLUMN tags_after VARCHAR[] DEFAULT [];
    """,
    """
    CREATE SEQUENCE check_ids START 1;
    CREATE TABLE checks (
        check_id BIGINT NOT NULL, kind VARCHAR NOT NULL, datasets INTEGER[] NOT NULL, checked_at TIMESTAMPTZ NOT NULL
    );
    CREATE TABLE check_rows (check_id BIGINT NOT NULL, dataset_id INTEGER NOT NULL, row_id BIGINT NOT NULL);
    """,
)

VERSION = len(MIGRATIONS)


def migrate(connection: duckdb.DuckDBPyConnection, migrations: tuple[str, ...] = MIGRATIONS) -> int:
    """Bring a database forward to the newest version, each version in a transaction of its own.

    Returns: the version that it had before (0 for a new one).

    Raises:
        StoreError: the database was written by a newer version of the studio.
    """
    found = version_of(connection)
    if found > len(migrations):
        raise StoreError(
            f"The data folder was written by a newer version (schema {found}; this version supports "
            f"{len(migrations)}).",
            mend="Update the studio, or set STUDIO_DATA to another folder. Nothing was changed.",
        )
    for version in range(found, len(migrations)):
        connection.execute("BEGIN")
        try:
            connection.execute(migrations[version])
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('schema_version', ?)", [str(version + 1)])
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    return found


def version_of(connection: duckdb.DuckDBPyConnection) -> int:
    """Of which version a database is; 0 for a new one."""
    known = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'meta'").fetchone()
    if not known or not known[0]:
        return 0
    found = connection.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
    return int(found[0]) if found else 0
