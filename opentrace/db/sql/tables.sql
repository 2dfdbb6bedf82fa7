-- The tables. The models beside each domain describe them; a test holds the two together.

CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE users (
    id uuid CONSTRAINT pk_users PRIMARY KEY DEFAULT gen_random_uuid(),
    external_id text NOT NULL CONSTRAINT uq_users_external_id UNIQUE,
    email text,
    password_hash text,
    is_owner boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX uq_users_email ON users (lower(email));
CREATE UNIQUE INDEX uq_users_owner ON users (is_owner) WHERE is_owner;

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
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ix_documents_project_id_created_at_id ON documents (project_id, created_at, id);
CREATE INDEX ix_documents_moving ON documents (status) WHERE status NOT IN ('completed', 'failed');

CREATE TABLE document_chunks (
    id uuid CONSTRAINT pk_document_chunks PRIMARY KEY DEFAULT gen_random_uuid(),
    document_id uuid NOT NULL CONSTRAINT fk_document_chunks_document_id_documents REFERENCES documents ON DELETE CASCADE,
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
    tsv tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('english', content), 'A') || setweight(to_tsvector('english', context), 'B')
    ) STORED,
    CONSTRAINT uq_document_chunks_document_id_chunk_index UNIQUE (document_id, chunk_index)
);
CREATE INDEX ix_document_chunks_project_id ON document_chunks (project_id);
CREATE INDEX ix_document_chunks_tsv ON document_chunks USING gin (tsv);

CREATE TABLE chunk_embeddings (
    project_id uuid NOT NULL CONSTRAINT fk_chunk_embeddings_project_id_projects REFERENCES projects ON DELETE CASCADE,
    model text NOT NULL,
    chunk_id uuid NOT NULL
        CONSTRAINT fk_chunk_embeddings_chunk_id_document_chunks REFERENCES document_chunks ON DELETE CASCADE,
    window_index integer NOT NULL,
    char_start integer NOT NULL,
    char_end integer NOT NULL,
    embedding vector NOT NULL,
    CONSTRAINT pk_chunk_embeddings PRIMARY KEY (project_id, model, chunk_id, window_index)
);
-- Vectors of 384 dimensions stay in their row (1.5 kB): an exact scan then reads pages in order, not the side table.
ALTER TABLE chunk_embeddings ALTER COLUMN embedding SET STORAGE PLAIN;
CREATE INDEX ix_chunk_embeddings_chunk_id ON chunk_embeddings (chunk_id);

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
CREATE FUNCTION note_object_deletion() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO object_deletions (storage_key, upload_expires_at) VALUES (old.storage_key, old.upload_expires_at)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER documents_note_object_deletion AFTER DELETE ON documents
    FOR EACH ROW EXECUTE FUNCTION note_object_deletion();
