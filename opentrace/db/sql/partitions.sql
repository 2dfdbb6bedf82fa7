-- Divides the tables that grow with the documents into 16 partitions by project. For a large installation, with the server
-- and the workers stopped; nothing else changes: keys, functions and policies are written for it
-- (docs/decisions/partitions-by-project.md). Run it as the owner, in one transaction:
--     psql --single-transaction -v ON_ERROR_STOP=1 -f partitions.sql

DO $$
DECLARE
    divided text;
    statement record;
BEGIN
    FOREACH divided IN ARRAY ARRAY['document_chunks', 'chunk_lexemes', 'chunk_embeddings'] LOOP
        IF (SELECT relkind FROM pg_class WHERE oid = divided::regclass) = 'p' THEN
            RAISE EXCEPTION '% is partitioned already', divided;
        END IF;
    END LOOP;
    -- What hangs on the tables is written down first and made again in the end: keys, foreign keys, indexes, triggers.
    -- Indexes over the vectors of single projects are left out: the sweeper builds them on the partitions.
    CREATE TEMPORARY TABLE remade ON COMMIT DROP AS
    SELECT * FROM (
        SELECT CASE contype WHEN 'p' THEN 1 WHEN 'u' THEN 1 ELSE 3 END AS step,
            format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS definition
        FROM pg_constraint
        WHERE contype IN ('p', 'u', 'f')
            AND conrelid IN ('document_chunks'::regclass, 'chunk_lexemes'::regclass, 'chunk_embeddings'::regclass)
        UNION ALL
        SELECT 2, pg_get_indexdef(indexrelid)
        FROM pg_index
        WHERE indrelid IN ('document_chunks'::regclass, 'chunk_lexemes'::regclass, 'chunk_embeddings'::regclass)
            AND NOT indisunique AND indpred IS NULL
        UNION ALL
        SELECT 4, pg_get_triggerdef(oid)
        FROM pg_trigger
        WHERE NOT tgisinternal
            AND tgrelid IN ('document_chunks'::regclass, 'chunk_lexemes'::regclass, 'chunk_embeddings'::regclass)
        UNION ALL
        SELECT 5, format(
            'CREATE POLICY %I ON %I TO opentrace_app USING (%s)', policyname, tablename, qual)
        FROM pg_policies
        WHERE tablename IN ('document_chunks', 'chunk_lexemes', 'chunk_embeddings')
        UNION ALL
        SELECT 6, format('GRANT %s ON %I TO %I', privilege_type, table_name, grantee)
        FROM information_schema.role_table_grants
        WHERE table_name IN ('document_chunks', 'chunk_lexemes', 'chunk_embeddings') AND grantee = 'opentrace_app'
    ) definitions;
    FOREACH divided IN ARRAY ARRAY['document_chunks', 'chunk_lexemes', 'chunk_embeddings'] LOOP
        EXECUTE format('ALTER TABLE %I RENAME TO %I', divided, divided || '_whole');
        EXECUTE format(
            'CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING STORAGE) PARTITION BY HASH (project_id)',
            divided, divided || '_whole');
        FOR part IN 0..15 LOOP
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS 16, REMAINDER %s)%s',
                divided || '_' || part, divided, part,
                CASE divided WHEN 'chunk_lexemes' THEN ' WITH (toast_tuple_target = 8160)' ELSE '' END);
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', divided || '_' || part);
        END LOOP;
        EXECUTE format('INSERT INTO %I SELECT * FROM %I', divided, divided || '_whole');
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', divided);
    END LOOP;
    DROP TABLE chunk_embeddings_whole, chunk_lexemes_whole, document_chunks_whole;
    FOR statement IN SELECT definition FROM remade ORDER BY step, definition LOOP
        EXECUTE statement.definition;
    END LOOP;
END $$;
