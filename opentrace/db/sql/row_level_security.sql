-- The second lock behind the services' own scoping. Every transaction of a user runs as `opentrace_app`, which owns
-- nothing and cannot bypass these policies; without `opentrace.user_id` it sees no row at all.

DO $$ BEGIN
    CREATE ROLE opentrace_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$ BEGIN
    -- From PostgreSQL 16 on, who makes a role is its member, but may not take it on without a grant of their own.
    IF NOT (CASE WHEN current_setting('server_version_num')::int >= 160000
                 THEN pg_has_role(current_user, 'opentrace_app', 'SET')
                 ELSE pg_has_role(current_user, 'opentrace_app', 'MEMBER') END) THEN
        EXECUTE format('GRANT opentrace_app TO %I', current_user);
    END IF;
END $$;

CREATE FUNCTION opentrace_user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('opentrace.user_id', true), '')::uuid $$;

GRANT USAGE ON SCHEMA public TO opentrace_app;
GRANT SELECT ON users, chunk_lexemes, keyword_statistics TO opentrace_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    sessions, api_keys, projects, project_settings, documents, document_chunks, chunk_embeddings, chats, messages,
    message_feedback, embedding_cache, summary_cache
TO opentrace_app;

-- Supabase's API serves every table of this schema to strangers, but for those with row-level security.
ALTER TABLE alembic_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE external_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE sign_in_throttles ENABLE ROW LEVEL SECURITY;
ALTER TABLE projects ENABLE ROW LEVEL SECURITY;
ALTER TABLE project_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE document_chunks ENABLE ROW LEVEL SECURITY;
ALTER TABLE chunk_embeddings ENABLE ROW LEVEL SECURITY;
ALTER TABLE chunk_lexemes ENABLE ROW LEVEL SECURITY;
ALTER TABLE keyword_statistics ENABLE ROW LEVEL SECURITY;
ALTER TABLE embedding_cache ENABLE ROW LEVEL SECURITY;
ALTER TABLE summary_cache ENABLE ROW LEVEL SECURITY;
ALTER TABLE chats ENABLE ROW LEVEL SECURITY;
ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_feedback ENABLE ROW LEVEL SECURITY;
ALTER TABLE object_deletions ENABLE ROW LEVEL SECURITY;

-- `(SELECT …)` makes the planner ask once a statement, not once a row.
CREATE POLICY own ON users TO opentrace_app USING (id = (SELECT opentrace_user_id()));
CREATE POLICY own ON sessions TO opentrace_app USING (user_id = (SELECT opentrace_user_id()));
CREATE POLICY own ON api_keys TO opentrace_app USING (user_id = (SELECT opentrace_user_id()));
CREATE POLICY own ON projects TO opentrace_app USING (user_id = (SELECT opentrace_user_id()));
CREATE POLICY own ON project_settings TO opentrace_app USING (project_id IN (SELECT id FROM projects));
CREATE POLICY own ON documents TO opentrace_app USING (project_id IN (SELECT id FROM projects));
CREATE POLICY own ON document_chunks TO opentrace_app USING (project_id IN (SELECT id FROM projects));
CREATE POLICY own ON chunk_embeddings TO opentrace_app USING (project_id IN (SELECT id FROM projects));
CREATE POLICY own ON chunk_lexemes TO opentrace_app USING (project_id IN (SELECT id FROM projects));
CREATE POLICY own ON keyword_statistics TO opentrace_app USING (project_id IN (SELECT id FROM projects));
CREATE POLICY own ON embedding_cache TO opentrace_app USING (project_id IN (SELECT id FROM projects));
CREATE POLICY own ON summary_cache TO opentrace_app USING (project_id IN (SELECT id FROM projects));
CREATE POLICY own ON chats TO opentrace_app USING (project_id IN (SELECT id FROM projects));
CREATE POLICY own ON messages TO opentrace_app USING (chat_id IN (SELECT id FROM chats));
CREATE POLICY own ON message_feedback TO opentrace_app
    USING (user_id = (SELECT opentrace_user_id()) AND message_id IN (SELECT id FROM messages));
