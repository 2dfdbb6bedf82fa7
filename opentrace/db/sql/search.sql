-- Search in one project. The functions run as the owner of the tables (SECURITY DEFINER): below a policy of row-level
-- security, operators that are not leak-proof (`<=>`, `@@`) cannot be conditions of an index. So each function asks
-- first whether the project is the caller's, and finds nothing where it is not or where there is no caller.

-- Loads the library of the extension, and with it the names of its settings: an owner who is no superuser may set only
-- settings that the server knows.
SELECT set_config('search_path', 'public, extensions', true);
SELECT '[0]'::vector;

-- Whom a JSON Web Token names that Supabase has verified, where a search comes by its API (RPC): PostgREST hands the
-- claims on. The subject is the identity provider's name of a user, or Opentrace's own.
CREATE FUNCTION opentrace_jwt_user_id() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, extensions, pg_temp AS
$$
    SELECT u.id FROM users u, nullif(current_setting('request.jwt.claims', true), '') c
    WHERE c IS NOT NULL AND (u.external_id = c::jsonb ->> 'sub' OR u.id::text = c::jsonb ->> 'sub')
$$;

CREATE FUNCTION opentrace_owns_project(p_project_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, extensions, pg_temp AS
$$
    SELECT EXISTS (
        SELECT FROM projects
        WHERE id = p_project_id AND user_id = coalesce(opentrace_user_id(), opentrace_jwt_user_id())
    )
$$;

-- The name of the index over the vectors of one project and one model (opentrace/knowledge/vector_indexes.py).
CREATE FUNCTION vector_index_name(p_project_id uuid, p_model text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT 'vectors_' || replace(p_project_id::text, '-', '') || '_' || left(md5(p_model), 8) $$;

CREATE FUNCTION vector_index_is_valid(p_project_id uuid, p_model text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, extensions, pg_temp AS
$$
    SELECT coalesce(bool_and(i.indisvalid AND i.indisready), false)
    FROM pg_index i
    WHERE i.indexrelid = to_regclass(quote_ident(vector_index_name(p_project_id, p_model)))
$$;

-- The chunks whose best window is nearest to the query, by cosine; at most p_limit, with a score of p_threshold or more.
--
-- Stored vectors have length 1, so the inner product is the cosine, at three quarters of its cost.
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
SET search_path = public, extensions, pg_temp
SET hnsw.iterative_scan = 'relaxed_order'
SET hnsw.ef_search = 400
SET jit = off
AS $$
DECLARE
    nearest text;
    windows integer := p_limit * 4;
    found_windows integer;
    chunks uuid[];
    scores double precision[];
    starts integer[];
    ends integer[];
BEGIN
    IF p_limit < 1 OR NOT opentrace_owns_project(p_project_id) THEN
        RETURN;
    END IF;
    IF p_document_ids IS NOT NULL THEN
        -- `OFFSET 0` has each chunk looked up by its key: before a new table was first analysed, the planner compares all
        -- windows of the project with every chunk instead.
        nearest := $sql$
            SELECT e.chunk_id, e.char_start, e.char_end, -(e.embedding <#> $2) AS score
            FROM document_chunks c CROSS JOIN LATERAL (
                SELECT * FROM chunk_embeddings e WHERE e.project_id = $1 AND e.model = $5 AND e.chunk_id = c.id OFFSET 0
            ) e
            WHERE c.document_id = ANY ($4) AND c.project_id = $1
            ORDER BY (e.embedding <#> $2) + 0
            LIMIT $3
        $sql$;
    ELSIF vector_index_is_valid(p_project_id, p_model) THEN
        -- Literals, so that the planner sees that the partial index covers the query.
        nearest := format($sql$
            SELECT e.chunk_id, e.char_start, e.char_end, -(e.embedding <#> $2) AS score
            FROM chunk_embeddings e
            WHERE e.project_id = %L AND e.model = %L
            ORDER BY e.embedding::halfvec(%3$s) <#> $2::halfvec(%3$s)
            LIMIT $3
        $sql$, p_project_id, p_model, vector_dims(p_query));
    ELSE
        -- `+ 0` keeps the planner from any approximate index.
        nearest := $sql$
            SELECT e.chunk_id, e.char_start, e.char_end, -(e.embedding <#> $2) AS score
            FROM chunk_embeddings e
            WHERE e.project_id = $1 AND e.model = $5
            ORDER BY (e.embedding <#> $2) + 0
            LIMIT $3
        $sql$;
    END IF;
    LOOP
        EXECUTE format($sql$
            WITH nearest AS MATERIALIZED (%s), best AS (
                SELECT DISTINCT ON (n.chunk_id) n.* FROM nearest n ORDER BY n.chunk_id, n.score DESC
            )
            SELECT (SELECT count(*) FROM nearest), array_agg(b.chunk_id ORDER BY b.score DESC, b.chunk_id),
                array_agg(b.score ORDER BY b.score DESC, b.chunk_id),
                array_agg(b.char_start ORDER BY b.score DESC, b.chunk_id),
                array_agg(b.char_end ORDER BY b.score DESC, b.chunk_id)
            FROM best b
        $sql$, nearest)
        INTO found_windows, chunks, scores, starts, ends
        USING p_project_id, l2_normalize(p_query), windows, p_document_ids, p_model;
        EXIT WHEN found_windows < windows OR cardinality(chunks) >= p_limit;
        windows := windows * 4;
    END LOOP;
    RETURN QUERY
        SELECT b.id, c.document_id, b.ordinality, b.score, b.start, b.stop
        FROM unnest(chunks, scores, starts, ends) WITH ORDINALITY AS b (id, score, start, stop, ordinality)
        JOIN document_chunks c ON c.id = b.id AND c.project_id = p_project_id
        WHERE b.score >= p_threshold AND b.ordinality <= p_limit
        ORDER BY b.ordinality;
END $$;

-- All words of a text, as a filter over `chunk_lexemes`.
CREATE FUNCTION words_query(p_project_id uuid, p_text text) RETURNS tsquery
LANGUAGE sql STABLE SET search_path = public, extensions, pg_temp AS
$$
    SELECT plainto_tsquery(configuration::regconfig, spaced_words(folded_text(p_text)))
    FROM keyword_statistics WHERE project_id = p_project_id
$$;

-- The chunks that say most of the query's words, by BM25 over content and context. The whole chunk is its passage.
--
-- PostgreSQL knows no BM25, but ts_rank of a single word grows with its count as BM25 does: n occurrences give
-- (1 + 1/4 + 1/9 + … 1/n²) / 1.645, which is n * 1.645 / (n + 0.645) / 1.645 within a hundredth. So the count comes back
-- from the rank r as 0.645 r / (1 - r), and BM25's own k1 = 1.2 and b = 0.75 (Lucene's) take it from there.
--
-- Candidates hold at least one of the rarer words; the common ones (`keyword_statistics`) only add to their scores, unless
-- there are no others. How many chunks hold a rare word is known from the candidates themselves, which are all of them.
-- What stands in quotes must be there.
CREATE FUNCTION search_chunks_keyword(
    p_project_id uuid,
    p_query text,
    p_limit integer,
    p_document_ids uuid[] DEFAULT NULL
) RETURNS TABLE (
    chunk_id uuid, document_id uuid, rank bigint, score double precision, char_start integer, char_end integer
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, extensions, pg_temp
SET jit = off
SET enable_seqscan = off
AS $$
DECLARE
    most_words constant integer := 32;
    most_candidates constant integer := 2000;
    statistics keyword_statistics;
    configuration regconfig;
    phrases tsquery;
    words text[];
    shares double precision[];
    wanted text[];
    ranks text;
    counts text;
    weights text;
    scores text;
BEGIN
    IF p_limit < 1 OR NOT opentrace_owns_project(p_project_id) THEN
        RETURN;
    END IF;
    SELECT * INTO statistics FROM keyword_statistics s WHERE s.project_id = p_project_id;
    configuration := statistics.configuration::regconfig;
    phrases := quoted_phrases(configuration, p_query);
    IF statistics.chunks IS NULL OR p_document_ids IS NOT NULL THEN
        SELECT count(*), avg(length) INTO statistics.chunks, statistics.mean_length
        FROM chunk_lexemes c
        WHERE c.project_id = p_project_id AND (p_document_ids IS NULL OR c.document_id = ANY (p_document_ids));
        statistics.common_lexemes := '{}';
    END IF;
    -- The rarest first. A word that is not known as common is taken for rare.
    SELECT array_agg(q.word), array_agg(q.share), array_agg(q.word) FILTER (
        WHERE q.place = 1 OR q.share IS NULL
            OR q.share < 0.5 AND q.together * statistics.chunks <= most_candidates
    )
    INTO words, shares, wanted
    FROM (
        SELECT w.word, k.share, row_number() OVER known AS place, sum(k.share) OVER known AS together
        FROM unnest(tsvector_to_array(text_lexemes(configuration, p_query))) w (word)
        LEFT JOIN unnest(statistics.common_lexemes, statistics.common_shares) k (word, share) ON k.word = w.word
        WINDOW known AS (ORDER BY k.share NULLS FIRST, w.word)
        ORDER BY place
        LIMIT most_words
    ) q;
    IF words IS NULL THEN
        RETURN;
    END IF;
    SELECT
        string_agg(format('ts_rank(''{0,0,1,1}'', c.lexemes, %L::tsquery) AS r%s', quoted_lexeme(words[i]), i), ', '),
        string_agg(format('coalesce($6[%s] * $7, count(*) FILTER (WHERE r%1$s > 0)) AS n%1$s', i), ', '),
        string_agg(format('ln(1 + greatest(0, $7 - n%s + 0.5) / (n%1$s + 0.5)) AS w%1$s', i), ', '),
        string_agg(format('w%s * 2.2 * 0.645 * r%1$s / (0.645 * r%1$s + long * (1.0001 - r%1$s))', i), ' + ')
    INTO ranks, counts, weights, scores
    FROM generate_subscripts(words, 1) i;
    RETURN QUERY EXECUTE format($sql$
        WITH candidates AS MATERIALIZED (
            SELECT c.chunk_id, c.document_id, 1.2 * (0.25 + 0.75 * c.length / $8) AS long, %s
            FROM chunk_lexemes c
            WHERE c.project_id = $1 AND lexeme_keys(c.project_id, tsvector_to_array(c.lexemes)) && lexeme_keys($1, $2)
                AND ($3 IS NULL OR c.document_id = ANY ($3)) AND ($4 IS NULL OR c.lexemes @@ $4)
        ), found AS (
            SELECT %s FROM candidates
        ), weight AS (
            SELECT %s FROM found
        ), best AS (
            SELECT candidates.chunk_id, candidates.document_id, %s AS score FROM candidates, weight
            ORDER BY score DESC, candidates.chunk_id
            LIMIT $5
        )
        SELECT best.chunk_id, best.document_id, row_number() OVER (ORDER BY best.score DESC, best.chunk_id), best.score,
            0, c.char_count
        FROM best JOIN document_chunks c ON c.project_id = $1 AND c.id = best.chunk_id
        ORDER BY best.score DESC, best.chunk_id
    $sql$, ranks, counts, weights, scores)
    USING p_project_id, wanted, p_document_ids, phrases, p_limit, shares, statistics.chunks,
        greatest(statistics.mean_length, 1);
END $$;

-- Vector and keyword search of one question or of several variations of it, merged in one call.
--
-- Ranks are merged by weighted reciprocal rank fusion, `sum of weight / (60 + rank)`, or, with p_fusion 'scores', by the
-- scores of each list scaled to 0..1. A list has 100 places; a vector below p_threshold has a rank but adds nothing.
-- Documents in p_preferred_ids are searched once more by themselves, and what is found there is added with the weight
-- p_preference: a preference, since the others keep their places in the lists of all.
--
-- `vector_score` is known of every chunk that comes back, and char_start..char_end is its best passage, also where only
-- a word led to it. `vector_rank` and `keyword_rank` are the best of all variations.
CREATE FUNCTION search_chunks_fused(
    p_project_id uuid,
    p_model text,
    p_queries text[],
    p_vectors vector[],
    p_limit integer,
    p_vector_weight double precision DEFAULT 0.7,
    p_keyword_weight double precision DEFAULT 0.3,
    p_threshold double precision DEFAULT -1,
    p_fusion text DEFAULT 'rrf',
    p_query_weights double precision[] DEFAULT NULL,
    p_document_ids uuid[] DEFAULT NULL,
    p_preferred_ids uuid[] DEFAULT NULL,
    p_preference double precision DEFAULT 0
) RETURNS TABLE (
    chunk_id uuid, document_id uuid, rank bigint, fused_score double precision, vector_rank bigint,
    vector_score double precision, keyword_rank bigint, keyword_score double precision, preference double precision,
    char_start integer, char_end integer
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, extensions, pg_temp
SET jit = off
AS $$
DECLARE
    places integer := CASE
        WHEN p_keyword_weight > 0 OR cardinality(p_queries) > 1 OR p_preferred_ids IS NOT NULL
        THEN greatest(p_limit, 100) ELSE p_limit END;
BEGIN
    RETURN QUERY
    WITH asked AS (
        SELECT q.query, q.vector, coalesce(q.weight, 1) AS weight, q.place
        FROM unnest(p_queries, p_vectors, p_query_weights) WITH ORDINALITY q (query, vector, weight, place)
    ), worded AS (
        -- Variations of the same words would only repeat their list.
        SELECT DISTINCT ON (w.words) a.query, a.weight, a.place
        FROM asked a, LATERAL (
            SELECT tsvector_to_array(text_lexemes(k.configuration::regconfig, a.query)) AS words
            FROM keyword_statistics k WHERE k.project_id = p_project_id
        ) w
        WHERE p_keyword_weight > 0
        ORDER BY w.words, a.place
    ), scopes AS (
        SELECT p_document_ids AS document_ids, 1::double precision AS weight, false AS preferred
        UNION ALL
        SELECT p_preferred_ids, p_preference, true WHERE p_preferred_ids IS NOT NULL AND p_preference > 0
    ), entries AS MATERIALIZED (
        SELECT v.chunk_id, v.document_id, v.rank, v.score, s.preferred, true AS by_vector, a.place,
            CASE WHEN v.score >= p_threshold THEN a.weight * s.weight * p_vector_weight ELSE 0 END AS weight
        FROM asked a, scopes s, LATERAL search_chunks_vector(
            p_project_id, p_model, a.vector, CASE WHEN p_vector_weight > 0 THEN places ELSE 0 END, -1, s.document_ids
        ) v
        UNION ALL
        SELECT k.chunk_id, k.document_id, k.rank, k.score, s.preferred, false, a.place,
            a.weight * s.weight * p_keyword_weight
        FROM worded a, scopes s, LATERAL search_chunks_keyword(
            p_project_id, a.query, CASE WHEN p_keyword_weight > 0 THEN places ELSE 0 END, s.document_ids
        ) k
    ), scaled AS (
        SELECT e.*, e.weight * CASE p_fusion
            WHEN 'scores' THEN coalesce(
                (e.score - min(e.score) OVER list) / nullif(max(e.score) OVER list - min(e.score) OVER list, 0), 1)
            ELSE 1.0 / (60 + e.rank)
        END AS points
        FROM entries e
        WINDOW list AS (PARTITION BY e.place, e.by_vector, e.preferred)
    ), merged AS (
        SELECT s.chunk_id, s.document_id, sum(s.points) AS fused,
            min(s.rank) FILTER (WHERE s.by_vector AND NOT s.preferred) AS vector_rank,
            min(s.rank) FILTER (WHERE NOT s.by_vector AND NOT s.preferred) AS keyword_rank,
            max(s.score) FILTER (WHERE NOT s.by_vector) AS keyword_score,
            coalesce(sum(s.points) FILTER (WHERE s.preferred), 0) AS preference,
            min(s.rank) AS best_rank
        FROM scaled s
        GROUP BY s.chunk_id, s.document_id
    ), ranked AS (
        SELECT m.*, row_number() OVER (ORDER BY m.fused DESC, m.best_rank, m.chunk_id) AS place FROM merged m
    )
    SELECT r.chunk_id, r.document_id, r.place, r.fused::double precision, r.vector_rank, w.score, r.keyword_rank,
        r.keyword_score, r.preference::double precision, w.char_start, w.char_end
    FROM ranked r LEFT JOIN LATERAL (
        -- The best window, joined with its neighbours that are nearly as near: a statement across their border is one passage.
        SELECT max(w.score) AS score, min(w.char_start) AS char_start, max(w.char_end) AS char_end
        FROM (
            SELECT n.*, first_value(n.window_index) OVER best AS best_index, max(n.score) OVER () AS best_score
            FROM (
                SELECT e.window_index, e.char_start, e.char_end, max(-(e.embedding <#> l2_normalize(a.vector))) AS score
                FROM chunk_embeddings e, asked a
                WHERE e.project_id = p_project_id AND e.model = p_model AND e.chunk_id = r.chunk_id
                GROUP BY e.window_index, e.char_start, e.char_end
            ) n
            WINDOW best AS (ORDER BY n.score DESC, n.window_index)
        ) w
        WHERE abs(w.window_index - w.best_index) <= 1 AND w.score >= w.best_score - 0.02
    ) w ON true
    WHERE r.place <= p_limit
    ORDER BY r.place;
END $$;

-- The documents that share a facet with a question, and where it asks for the newest, the newest of all.
CREATE FUNCTION documents_by_facets(p_project_id uuid, p_facets text[], p_latest boolean) RETURNS TABLE (
    document_id uuid, document_name text, facets text[], title_words bigint, period_end date, documents bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, extensions, pg_temp AS
$$
    WITH found AS (
        (
            SELECT d.id FROM documents d
            WHERE d.project_id = p_project_id AND d.status = 'completed'
                AND lexeme_keys(d.project_id, d.facets) && lexeme_keys(p_project_id, p_facets)
            LIMIT 2000
        )
        UNION
        (
            SELECT d.id FROM documents d
            WHERE p_latest AND d.project_id = p_project_id AND d.status = 'completed'
            ORDER BY coalesce(d.period_end, d.created_at::date) DESC
            LIMIT 20
        )
    )
    SELECT f.id, f.file_name, ARRAY(SELECT facet FROM unnest(f.facets) facet WHERE facet = ANY (p_facets)),
        (SELECT count(*) FROM unnest(f.facets) facet WHERE facet LIKE 'word:%'),
        coalesce(f.period_end, f.created_at::date),
        (SELECT count(*) FROM documents d WHERE d.project_id = p_project_id AND d.status = 'completed')
    FROM found JOIN documents f USING (id)
    WHERE opentrace_owns_project(p_project_id)
$$;

-- Why a chunk, or the nearest chunk of a document, stands where it does: its exact rank and score in either list, however
-- far down, and each word of the question with whether the chunk holds it and how many chunks do.
CREATE FUNCTION explain_chunk(
    p_project_id uuid, p_model text, p_query text, p_vector vector, p_chunk_id uuid, p_document_id uuid
) RETURNS TABLE (
    chunk_id uuid, document_id uuid, document_name text, chunk_index integer, page_number integer,
    vector_rank bigint, vector_score double precision, keyword_rank bigint, keyword_score double precision,
    chunks bigint, words text[], held boolean[], counts bigint[], chunk_words text[]
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, extensions, pg_temp
SET jit = off
AS $$
DECLARE
    direction vector := l2_normalize(p_vector);
    explained uuid := p_chunk_id;
    nearest double precision;
BEGIN
    IF NOT opentrace_owns_project(p_project_id) THEN
        RETURN;
    END IF;
    IF explained IS NULL THEN
        SELECT v.chunk_id INTO explained
        FROM search_chunks_vector(p_project_id, p_model, p_vector, 1, -1, ARRAY[p_document_id]) v;
    END IF;
    SELECT max(-(e.embedding <#> direction)) INTO nearest
    FROM chunk_embeddings e WHERE e.project_id = p_project_id AND e.model = p_model AND e.chunk_id = explained;
    RETURN QUERY
    SELECT c.id, c.document_id, d.file_name, c.chunk_index, c.page_number,
        (
            SELECT 1 + count(DISTINCT e.chunk_id) FROM chunk_embeddings e
            WHERE e.project_id = p_project_id AND e.model = p_model AND -(e.embedding <#> direction) > nearest
                AND e.chunk_id <> c.id
        ),
        nearest, k.rank, k.score,
        (SELECT count(*) FROM chunk_lexemes l WHERE l.project_id = p_project_id),
        w.words, w.held, w.counts, tsvector_to_array(own.lexemes)
    FROM document_chunks c
    JOIN documents d ON d.id = c.document_id
    JOIN chunk_lexemes own ON own.project_id = c.project_id AND own.chunk_id = c.id
    JOIN keyword_statistics s ON s.project_id = c.project_id
    LEFT JOIN search_chunks_keyword(p_project_id, p_query, 1000000) k ON k.chunk_id = c.id
    CROSS JOIN LATERAL (
        SELECT array_agg(q.word) AS words,
            array_agg(q.word = ANY (tsvector_to_array(own.lexemes))) AS held,
            array_agg((
                SELECT count(*) FROM chunk_lexemes l
                WHERE l.project_id = p_project_id
                    AND lexeme_keys(l.project_id, tsvector_to_array(l.lexemes)) && lexeme_keys(p_project_id, ARRAY[q.word])
            )) AS counts
        FROM (
            SELECT unnest(tsvector_to_array(text_lexemes(s.configuration::regconfig, p_query))) AS word LIMIT 32
        ) q
    ) w
    WHERE c.project_id = p_project_id AND c.id = explained;
END $$;

REVOKE EXECUTE ON FUNCTION opentrace_owns_project, opentrace_jwt_user_id FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION explain_chunk FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION documents_by_facets FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION search_chunks_fused FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION search_chunks_vector FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION search_chunks_keyword FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    search_chunks_vector, search_chunks_keyword, search_chunks_fused, documents_by_facets, explain_chunk
TO opentrace_app;

-- Supabase's roles: whoever its API has verified may search, in their own projects; a stranger may not.
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'authenticated') THEN
        GRANT EXECUTE ON FUNCTION search_chunks_vector, search_chunks_keyword, search_chunks_fused TO authenticated;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'anon') THEN
        REVOKE EXECUTE ON FUNCTION search_chunks_vector, search_chunks_keyword, search_chunks_fused FROM anon;
    END IF;
END $$;
