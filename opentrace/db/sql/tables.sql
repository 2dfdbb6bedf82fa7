-- The tables. The models beside each domain describe them; a test holds the two together.

-- Supabase keeps extensions in a schema of their own, which is in the search path there. Functions name it in theirs; where
-- it does not exist, that means nothing.
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_namespace WHERE nspname = 'extensions') THEN
        CREATE EXTENSION IF NOT EXISTS vector SCHEMA extensions;
        PERFORM set_config('search_path', 'public, extensions', true);
    ELSE
        CREATE EXTENSION IF NOT EXISTS vector;
    END IF;
END $$;

-- What makes two spellings of an e-mail address one account's, whatever the locale of the database: large and small letters
-- of all scripts, and accents that are written as letters of their own.
CREATE FUNCTION email_identity(p_email text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = public, extensions, pg_temp AS
$$ SELECT normalize(lower(normalize(p_email, NFC) COLLATE letters), NFC) $$;

CREATE TABLE users (
    id uuid CONSTRAINT pk_users PRIMARY KEY DEFAULT gen_random_uuid(),
    external_id text NOT NULL CONSTRAINT uq_users_external_id UNIQUE,
    email text,
    password_hash text,
    is_owner boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX uq_users_email ON users (email_identity(email));
CREATE UNIQUE INDEX uq_users_owner ON users (is_owner) WHERE is_owner;

-- What an outside identity provider has said of its accounts. Its messages come late, twice and out of order; that an
-- account is gone is kept, so that no late message and no token that still holds brings it back.
CREATE TABLE external_accounts (
    external_id text CONSTRAINT pk_external_accounts PRIMARY KEY,
    changed_at_ms bigint NOT NULL,
    deleted boolean NOT NULL DEFAULT false
);

CREATE TABLE sessions (
    id uuid CONSTRAINT pk_sessions PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL CONSTRAINT fk_sessions_user_id_users REFERENCES users ON DELETE CASCADE,
    token_hash bytea NOT NULL CONSTRAINT uq_sessions_token_hash UNIQUE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);

CREATE TABLE api_keys (
    id uuid CONSTRAINT pk_api_keys PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL CONSTRAINT fk_api_keys_user_id_users REFERENCES users ON DELETE CASCADE,
    name text NOT NULL,
    prefix text NOT NULL,
    token_hash bytea NOT NULL CONSTRAINT uq_api_keys_token_hash UNIQUE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_used_at timestamptz
);
CREATE INDEX ix_api_keys_user_id ON api_keys (user_id);

CREATE TABLE sign_in_throttles (
    key_hash bytea CONSTRAINT pk_sign_in_throttles PRIMARY KEY,
    failures integer NOT NULL,
    last_failure_at timestamptz NOT NULL
);

CREATE TABLE projects (
    id uuid CONSTRAINT pk_projects PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL CONSTRAINT fk_projects_user_id_users REFERENCES users ON DELETE CASCADE,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ix_projects_user_id ON projects (user_id);

CREATE TABLE project_settings (
    project_id uuid CONSTRAINT pk_project_settings PRIMARY KEY
        CONSTRAINT fk_project_settings_project_id_projects REFERENCES projects ON DELETE CASCADE,
    rag_strategy text NOT NULL
        CONSTRAINT ck_project_settings_rag_strategy
        CHECK (rag_strategy IN ('basic', 'hybrid', 'multi_query_vector', 'multi_query_hybrid')),
    agent_type text NOT NULL CONSTRAINT ck_project_settings_agent_type CHECK (agent_type IN ('simple', 'agentic')),
    embedding_model text NOT NULL,
    num_chunks integer NOT NULL,
    final_context_size integer NOT NULL,
    use_reranking boolean NOT NULL,
    multi_query_count integer NOT NULL,
    vector_weight double precision NOT NULL,
    keyword_weight double precision NOT NULL,
    similarity_threshold double precision NOT NULL,
    fusion text NOT NULL DEFAULT 'rrf' CONSTRAINT ck_project_settings_fusion CHECK (fusion IN ('rrf', 'scores')),
    text_configuration text NOT NULL DEFAULT 'english',
    check_toxicity boolean NOT NULL DEFAULT true,
    check_prompt_injection boolean NOT NULL DEFAULT true,
    check_personal_data boolean NOT NULL DEFAULT true,
    -- The model that the project is being embedded with, and how far that is; `embedding_model` serves meanwhile.
    embedding_change jsonb,
    embedding_change_held_until timestamptz,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE documents (
    id uuid CONSTRAINT pk_documents PRIMARY KEY DEFAULT gen_random_uuid(),
    project_id uuid NOT NULL CONSTRAINT fk_documents_project_id_projects REFERENCES projects ON DELETE CASCADE,
    source text NOT NULL CONSTRAINT ck_documents_source CHECK (source IN ('file', 'url')),
    file_name text NOT NULL,
    title text,
    content_type text NOT NULL,
    size_bytes bigint NOT NULL,
    sha256 bytea,
    storage_key text NOT NULL CONSTRAINT uq_documents_storage_key UNIQUE,
    url text,
    fetched jsonb,
    status text NOT NULL
        CONSTRAINT ck_documents_status
        CHECK (status IN ('uploading', 'queued', 'partitioning', 'chunking', 'summarising', 'vectorization',
                          'completed', 'failed')),
    status_message text,
    stage_details jsonb NOT NULL DEFAULT '{}',
    error_code text,
    page_count integer,
    upload_expires_at timestamptz,
    enqueued_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    lease_owner uuid,
    lease_expires_at timestamptz,
    facets text[] NOT NULL DEFAULT '{}',
    period_end date,
    replaces_document_id uuid,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT uq_documents_project_id_id UNIQUE (project_id, id)
);
CREATE INDEX ix_documents_project_id_created_at_id ON documents (project_id, created_at, id);
CREATE INDEX ix_documents_project_id_sha256 ON documents (project_id, sha256) WHERE sha256 IS NOT NULL;
-- A page is in a project once; adding it again fetches it again.
CREATE UNIQUE INDEX uq_documents_project_id_url ON documents (project_id, url) WHERE source = 'url';
CREATE INDEX ix_documents_facets ON documents USING gin (lexeme_keys(project_id, facets));
CREATE INDEX ix_documents_moving ON documents (status) WHERE status NOT IN ('completed', 'failed');

-- From here to `chunk_embeddings` every key holds the project: these tables can be partitioned or distributed by it
-- (docs/decisions/partitions-by-project.md).
CREATE TABLE document_chunks (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    document_id uuid NOT NULL,
    project_id uuid NOT NULL CONSTRAINT fk_document_chunks_project_id_projects REFERENCES projects ON DELETE CASCADE,
    chunk_index integer NOT NULL,
    content text NOT NULL,
    context text NOT NULL,
    original_content jsonb NOT NULL,
    types text[] NOT NULL,
    heading_path text[] NOT NULL,
    page_number integer,
    locations jsonb NOT NULL,
    char_count integer NOT NULL,
    flags text[] NOT NULL DEFAULT '{}',
    CONSTRAINT pk_document_chunks PRIMARY KEY (project_id, id),
    CONSTRAINT uq_document_chunks_project_id_document_id_chunk_index UNIQUE (project_id, document_id, chunk_index),
    CONSTRAINT fk_document_chunks_project_id_document_id_documents
        FOREIGN KEY (project_id, document_id) REFERENCES documents (project_id, id) ON DELETE CASCADE
);

-- What keyword search knows of a project: how its words are formed, and how many chunks hold which common words
-- (`refresh_keyword_statistics` counts them, now and then).
CREATE TABLE keyword_statistics (
    project_id uuid CONSTRAINT pk_keyword_statistics PRIMARY KEY
        CONSTRAINT fk_keyword_statistics_project_id_projects REFERENCES projects ON DELETE CASCADE,
    configuration text NOT NULL,
    chunks integer,
    mean_length double precision,
    common_lexemes text[] NOT NULL DEFAULT '{}',
    common_shares real[] NOT NULL DEFAULT '{}'
);

-- The words of a chunk. Apart from the chunk, whose other columns are wide, so that ranking reads short rows; whole in its
-- row, since a word list that must be unpacked first costs more than its ranking.
CREATE TABLE chunk_lexemes (
    project_id uuid NOT NULL,
    chunk_id uuid NOT NULL,
    document_id uuid NOT NULL,
    length integer NOT NULL,
    lexemes tsvector NOT NULL,
    CONSTRAINT pk_chunk_lexemes PRIMARY KEY (project_id, chunk_id),
    CONSTRAINT fk_chunk_lexemes_project_id_chunk_id_document_chunks
        FOREIGN KEY (project_id, chunk_id) REFERENCES document_chunks (project_id, id) ON DELETE CASCADE
) WITH (toast_tuple_target = 8160);
CREATE INDEX ix_chunk_lexemes_document_id ON chunk_lexemes (document_id);
-- Keys hold the project, so that a search reads no other's postings. Written at once: a list of pending entries would be
-- read by every search.
CREATE INDEX ix_chunk_lexemes_keys ON chunk_lexemes
    USING gin (lexeme_keys(project_id, tsvector_to_array(lexemes))) WITH (fastupdate = off);

CREATE FUNCTION note_keyword_configuration() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, extensions, pg_temp AS $$
BEGIN
    INSERT INTO keyword_statistics (project_id, configuration) VALUES (new.project_id, new.text_configuration);
    RETURN NULL;
END $$;
CREATE TRIGGER project_settings_note_keyword_configuration AFTER INSERT ON project_settings
    FOR EACH ROW EXECUTE FUNCTION note_keyword_configuration();

-- Whoever writes a chunk makes it findable. Chunks are written once and never changed.
CREATE FUNCTION index_chunk_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, extensions, pg_temp AS $$
BEGIN
    INSERT INTO chunk_lexemes (project_id, chunk_id, document_id, length, lexemes)
    SELECT n.project_id, n.id, n.document_id, lexeme_count(l.lexemes), l.lexemes
    FROM new_chunks n JOIN keyword_statistics s ON s.project_id = n.project_id,
        LATERAL (SELECT chunk_words(s.configuration::regconfig, n.content, n.context) AS lexemes OFFSET 0) l;
    RETURN NULL;
END $$;
CREATE TRIGGER document_chunks_index_words AFTER INSERT ON document_chunks
    REFERENCING NEW TABLE AS new_chunks FOR EACH STATEMENT EXECUTE FUNCTION index_chunk_words();

-- Forms the words of a project anew, about a millisecond a chunk.
CREATE FUNCTION change_keyword_configuration() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, extensions, pg_temp AS $$
BEGIN
    UPDATE keyword_statistics SET configuration = new.text_configuration, chunks = NULL
    WHERE project_id = new.project_id;
    UPDATE chunk_lexemes l SET lexemes = w.lexemes, length = lexeme_count(w.lexemes)
    FROM document_chunks c,
        LATERAL (SELECT chunk_words(new.text_configuration::regconfig, c.content, c.context) AS lexemes OFFSET 0) w
    WHERE c.project_id = new.project_id AND l.project_id = new.project_id AND l.chunk_id = c.id;
    RETURN NULL;
END $$;
CREATE TRIGGER project_settings_change_keyword_configuration AFTER UPDATE OF text_configuration ON project_settings
    FOR EACH ROW WHEN (old.text_configuration <> new.text_configuration) EXECUTE FUNCTION change_keyword_configuration();

CREATE TABLE chunk_embeddings (
    project_id uuid NOT NULL CONSTRAINT fk_chunk_embeddings_project_id_projects REFERENCES projects ON DELETE CASCADE,
    model text NOT NULL,
    chunk_id uuid NOT NULL,
    window_index integer NOT NULL,
    char_start integer NOT NULL,
    char_end integer NOT NULL,
    embedding vector NOT NULL,
    CONSTRAINT pk_chunk_embeddings PRIMARY KEY (project_id, model, chunk_id, window_index),
    CONSTRAINT fk_chunk_embeddings_project_id_chunk_id_document_chunks
        FOREIGN KEY (project_id, chunk_id) REFERENCES document_chunks (project_id, id) ON DELETE CASCADE
);
-- Vectors of up to 1,900 dimensions stay in their row, so that an exact scan reads pages in order; longer ones, which no
-- page holds, go to the side table. Compressing numbers gains nothing.
ALTER TABLE chunk_embeddings ALTER COLUMN embedding SET STORAGE EXTERNAL;
ALTER TABLE chunk_embeddings SET (toast_tuple_target = 8160);
CREATE INDEX ix_chunk_embeddings_chunk_id ON chunk_embeddings (chunk_id);

-- Vectors by the SHA-256 of the text that was embedded: the same text is not embedded twice in a project.
CREATE TABLE embedding_cache (
    project_id uuid NOT NULL CONSTRAINT fk_embedding_cache_project_id_projects REFERENCES projects ON DELETE CASCADE,
    model text NOT NULL,
    text_hash bytea NOT NULL,
    embedding vector NOT NULL,
    used_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT pk_embedding_cache PRIMARY KEY (project_id, model, text_hash)
);

-- Descriptions of tables and pictures by a chat model, by the SHA-256 of what it was told.
CREATE TABLE summary_cache (
    project_id uuid NOT NULL CONSTRAINT fk_summary_cache_project_id_projects REFERENCES projects ON DELETE CASCADE,
    model text NOT NULL,
    content_hash bytea NOT NULL,
    summary text NOT NULL,
    used_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT pk_summary_cache PRIMARY KEY (project_id, model, content_hash)
);

CREATE TABLE chats (
    id uuid CONSTRAINT pk_chats PRIMARY KEY DEFAULT gen_random_uuid(),
    project_id uuid NOT NULL CONSTRAINT fk_chats_project_id_projects REFERENCES projects ON DELETE CASCADE,
    title text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ix_chats_project_id_created_at_id ON chats (project_id, created_at, id);

CREATE TABLE messages (
    id uuid CONSTRAINT pk_messages PRIMARY KEY DEFAULT gen_random_uuid(),
    chat_id uuid NOT NULL CONSTRAINT fk_messages_chat_id_chats REFERENCES chats ON DELETE CASCADE,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    role text NOT NULL CONSTRAINT ck_messages_role CHECK (role IN ('user', 'assistant')),
    content text NOT NULL,
    citations jsonb NOT NULL DEFAULT '[]',
    grounding jsonb NOT NULL DEFAULT '[]',
    suggestions jsonb NOT NULL DEFAULT '[]',
    trace jsonb NOT NULL DEFAULT '{}',
    status text NOT NULL
        CONSTRAINT ck_messages_status CHECK (status IN ('streaming', 'completed', 'stopped', 'failed', 'refused')),
    usage jsonb NOT NULL DEFAULT '{}',
    lease_expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ix_messages_chat_id_sequence ON messages (chat_id, sequence);

CREATE TABLE message_feedback (
    message_id uuid CONSTRAINT fk_message_feedback_message_id_messages REFERENCES messages ON DELETE CASCADE,
    user_id uuid CONSTRAINT fk_message_feedback_user_id_users REFERENCES users ON DELETE CASCADE,
    rating text NOT NULL CONSTRAINT ck_message_feedback_rating CHECK (rating IN ('up', 'down')),
    comment text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT pk_message_feedback PRIMARY KEY (message_id, user_id)
);
CREATE INDEX ix_message_feedback_user_id ON message_feedback (user_id);

-- Whatever removes a document (its owner, a cascade) leaves the key of its object here, in the same transaction.
-- The object is removed at `due_at`, and once more after `upload_expires_at`: until then its upload address still works.
CREATE TABLE object_deletions (
    storage_key text CONSTRAINT pk_object_deletions PRIMARY KEY,
    due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    upload_expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE FUNCTION note_object_deletion() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, extensions, pg_temp AS $$
BEGIN
    INSERT INTO object_deletions (storage_key, upload_expires_at) VALUES (old.storage_key, old.upload_expires_at)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER documents_note_object_deletion AFTER DELETE ON documents
    FOR EACH ROW EXECUTE FUNCTION note_object_deletion();
