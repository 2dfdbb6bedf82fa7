-- Search in one project. The functions run as the owner of the tables (SECURITY DEFINER): below a policy of row-level
-- security, operators that are not leak-proof (`<=>`, `@@`) cannot be conditions of an index. So each function asks
-- first whether the project is the caller's, and finds nothing where it is not or where there is no caller.

-- Loads the library of the extension, and with it the names of its settings: an owner who is no superuser may set only
-- settings that the server knows.
SELECT '[0]'::vector;

CREATE FUNCTION opentrace_owns_project(p_project_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM projects WHERE id = p_project_id AND user_id = opentrace_user_id()) $$;

-- The name of the index over the vectors of one project and one model (opentrace/knowledge/vector_indexes.py).
CREATE FUNCTION vector_index_name(p_project_id uuid, p_model text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT 'vectors_' || replace(p_project_id::text, '-', '') || '_' || left(md5(p_model), 8) $$;

CREATE FUNCTION vector_index_is_valid(p_project_id uuid, p_model text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS
$$
    SELECT coalesce(bool_and(i.indisvalid AND i.indisready), false)
    FROM pg_index i
    WHERE i.indexrelid = to_regclass(quote_ident(vector_index_name(p_project_id, p_model)))
$$;

-- The chunks whose best window is nearest to the query, by cosine; at most p_limit, with a score of p_threshold or more.
--
-- Rows come from windows, results are chunks: windows are read, nearest first, until there are enough chunks, so that a
-- chunk of many near windows takes no other's place. A project with an index of its own is read through it
-- (approximately, see docs/decisions/vector-index-policy.md); without one, and where documents are named, exactly.
CREATE FUNCTION search_chunks_vector(
    p_project_id uuid,
    p_model text,
    p_query vector,
    p_limit integer,
    p_threshold double precision DEFAULT -1,
    p_document_ids uuid[] DEFAULT NULL
) RETURNS TABLE (
    chunk_id uuid, document_id uuid, rank bigint, score double precision, char_start integer, char_end integer
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET hnsw.iterative_scan = 'relaxed_order'
SET hnsw.ef_search = 200
SET jit = off
AS $$
DECLARE
    nearest text;
    windows integer := p_limit * 4;
    found_windows integer;
    chunks uuid[];
    distances double precision[];
    starts integer[];
    ends integer[];
BEGIN
    IF p_limit < 1 OR NOT opentrace_owns_project(p_project_id) THEN
        RETURN;
    END IF;
    IF p_document_ids IS NOT NULL THEN
        nearest := $sql$
            SELECT e.chunk_id, e.char_start, e.char_end, e.embedding <=> $2 AS distance
            FROM document_chunks c JOIN chunk_embeddings e ON e.chunk_id = c.id
            WHERE c.document_id = ANY ($4) AND c.project_id = $1 AND e.project_id = $1 AND e.model = $5
            ORDER BY (e.embedding <=> $2) + 0
            LIMIT $3
        $sql$;
    ELSIF vector_index_is_valid(p_project_id, p_model) THEN
        -- Literals, so that the planner sees that the partial index covers the query.
        nearest := format($sql$
            SELECT e.chunk_id, e.char_start, e.char_end, e.embedding <=> $2 AS distance
            FROM chunk_embeddings e
            WHERE e.project_id = %L AND e.model = %L
            ORDER BY (e.embedding::halfvec(%3$s)) <=> ($2::halfvec(%3$s))
            LIMIT $3
        $sql$, p_project_id, p_model, vector_dims(p_query));
    ELSE
        -- `+ 0` keeps the planner from any approximate index.
        nearest := $sql$
            SELECT e.chunk_id, e.char_start, e.char_end, e.embedding <=> $2 AS distance
            FROM chunk_embeddings e
            WHERE e.project_id = $1 AND e.model = $5
            ORDER BY (e.embedding <=> $2) + 0
            LIMIT $3
        $sql$;
    END IF;
    LOOP
        EXECUTE format($sql$
            WITH nearest AS MATERIALIZED (%s), best AS (
                SELECT DISTINCT ON (n.chunk_id) n.* FROM nearest n ORDER BY n.chunk_id, n.distance
            )
            SELECT (SELECT count(*) FROM nearest), array_agg(b.chunk_id ORDER BY b.distance, b.chunk_id),
                array_agg(b.distance ORDER BY b.distance, b.chunk_id),
                array_agg(b.char_start ORDER BY b.distance, b.chunk_id),
                array_agg(b.char_end ORDER BY b.distance, b.chunk_id)
            FROM best b
        $sql$, nearest)
        INTO found_windows, chunks, distances, starts, ends
        USING p_project_id, p_query, windows, p_document_ids, p_model;
        EXIT WHEN found_windows < windows OR cardinality(chunks) >= p_limit;
        windows := windows * 4;
    END LOOP;
    RETURN QUERY
        SELECT b.id, c.document_id, b.ordinality, 1 - b.distance, b.start, b.stop
        FROM unnest(chunks, distances, starts, ends) WITH ORDINALITY AS b (id, distance, start, stop, ordinality)
        JOIN document_chunks c ON c.id = b.id
        WHERE b.distance <= 1 - p_threshold AND b.ordinality <= p_limit
        ORDER BY b.ordinality;
END $$;

-- The words of a query as alternatives ("a" and b -> "a" or b), since a question is not a list of what must be there.
-- Phrases in quotes stay phrases. Never an error; an empty query where there is no word but stop words.
CREATE FUNCTION search_query(p_query text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp AS
$$
    -- A minus would mean "not"; in a question it is a dash. Lexemes hold no spaces, so ' & ' is the operator.
    SELECT replace(websearch_to_tsquery('english', translate(p_query, '-', ' '))::text, ' & ', ' | ')::tsquery
$$;

-- The chunks that hold most of the query's words, by ts_rank over content and context. The whole chunk is its passage.
CREATE FUNCTION search_chunks_keyword(
    p_project_id uuid,
    p_query text,
    p_limit integer,
    p_document_ids uuid[] DEFAULT NULL
) RETURNS TABLE (
    chunk_id uuid, document_id uuid, rank bigint, score double precision, char_start integer, char_end integer
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET jit = off
AS $$
DECLARE
    words tsquery := search_query(p_query);
BEGIN
    IF p_limit < 1 OR numnode(words) = 0 OR NOT opentrace_owns_project(p_project_id) THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT best.id, best.in_document, row_number() OVER (ORDER BY best.likeness DESC, best.id), best.likeness,
            0, best.length
        FROM (
            SELECT c.id, c.document_id AS in_document, c.char_count AS length,
                ts_rank(c.tsv, words, 1)::double precision AS likeness
            FROM document_chunks c
            WHERE c.project_id = p_project_id AND c.tsv @@ words
                AND (p_document_ids IS NULL OR c.document_id = ANY (p_document_ids))
            ORDER BY likeness DESC, c.id
            LIMIT p_limit
        ) best
        ORDER BY best.likeness DESC, best.id;
END $$;

REVOKE EXECUTE ON FUNCTION opentrace_owns_project FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION search_chunks_vector FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION search_chunks_keyword FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_chunks_vector, search_chunks_keyword TO opentrace_app;
