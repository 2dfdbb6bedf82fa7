-- How a text becomes the lexemes by which keyword search knows it. Chunks and questions go the same way, so they meet.
-- Stock PostgreSQL: no dictionary, parser or extension of our own.

-- What counts as a letter, and which small one a large one has, whatever the locale of the database: in one of locale C only
-- ASCII has letters. PostgreSQL 17 and later bring these rules along, the images of Debian and Alpine have C.UTF-8, and
-- builds with ICU (Supabase, RDS) its root.
DO $$
DECLARE
    known text;
BEGIN
    SELECT collname INTO STRICT known
    FROM pg_collation JOIN unnest(ARRAY['pg_c_utf8', 'C.UTF-8', 'C.utf8', 'und-x-icu']) WITH ORDINALITY wanted (name, place)
        ON collname = name
    WHERE collnamespace = 'pg_catalog'::regnamespace
        AND collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))
    ORDER BY place LIMIT 1;
    EXECUTE format('CREATE COLLATION letters FROM pg_catalog.%I', known);
EXCEPTION WHEN no_data_found THEN
    RAISE EXCEPTION 'This PostgreSQL has no collation that knows all letters (pg_c_utf8, C.UTF-8, und-x-icu), or the '
        'database is not in UTF-8. Make the database with ENCODING ''UTF8'', on a server built with ICU.';
END $$;

-- Letters of scripts without spaces between words, and of Hangul, whose words carry their endings: kana, Han, Hangul, Thai,
-- Lao, Burmese, Khmer.
CREATE FUNCTION unspaced_letters() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT '\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff' $$;

-- One form of what can be written in several ways: small letters without accents or ligatures; groups of thousands
-- joined ("82,959" is "82959"); scripts without spaces as overlapping pairs of letters.
CREATE FUNCTION folded_text(p_text text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = public, extensions, pg_temp AS
$$
DECLARE
    folded text COLLATE letters := lower(p_text COLLATE letters);
BEGIN
    IF octet_length(folded) <> char_length(folded) THEN
        folded := normalize(regexp_replace(normalize(folded, NFKD), '[\u0300-\u036f]+', '', 'g'), NFC);
        IF folded ~ ('[' || unspaced_letters() || ']') THEN
            folded := regexp_replace(folded, '[' || unspaced_letters() || ']+', ' ', 'g') || ' ' || (
                SELECT string_agg(substr(run[1], place, 2), ' ')
                FROM regexp_matches(folded, '[' || unspaced_letters() || ']+', 'g') run,
                    generate_series(1, greatest(1, char_length(run[1]) - 1)) place
            );
        END IF;
    END IF;
    RETURN regexp_replace(folded, '(\d),(?=\d{3}(?!\d))', '\1', 'g');
END $$;

-- What separates words becomes a space: PostgreSQL's parser would take "-4471" for a number and "q3_report.pdf" for a host.
CREATE FUNCTION spaced_words(p_folded text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT regexp_replace(p_folded COLLATE letters, '[^[:alnum:]]+', ' ', 'g') $$;

-- A lexeme as it is written in a tsvector or a tsquery.
CREATE FUNCTION quoted_lexeme(p_lexeme text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT '''' || replace(replace(p_lexeme, '\', '\\'), '''', '''''') || '''' $$;

-- The words of a text, and beside them what stands joined in it and is no plain word ("sku-4471", "12.3",
-- "q3_report.pdf"): a code is found by its parts and, above all others, as it stands.
CREATE FUNCTION text_lexemes(p_configuration regconfig, p_text text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = public, extensions, pg_temp AS
$$
DECLARE
    folded text COLLATE letters := folded_text(p_text);
    codes text;
BEGIN
    SELECT string_agg(DISTINCT quoted_lexeme(left(code[1], 200)) || ':1', ' ') INTO codes
    FROM regexp_matches(folded, '[[:alnum:]]+(?:[-_./][[:alnum:]]+)+', 'g') code
    WHERE code[1] ~ '[0-9_.]';
    RETURN to_tsvector(p_configuration, spaced_words(folded)) || coalesce(codes, '')::tsvector;
END $$;

-- The words of a chunk, and as weight B those of what it stands under.
CREATE FUNCTION chunk_words(p_configuration regconfig, p_content text, p_context text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = public, extensions, pg_temp AS
$$
    SELECT setweight(text_lexemes(p_configuration, p_content), 'A')
        || setweight(text_lexemes(p_configuration, p_context), 'B')
$$;

-- How many words, with repetitions.
CREATE FUNCTION lexeme_count(p_lexemes tsvector) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT coalesce(sum(cardinality(positions)), 0)::integer FROM unnest(p_lexemes) $$;

-- Names of lexemes that are no other project's.
CREATE FUNCTION lexeme_keys(p_project_id uuid, p_lexemes text[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT array_agg(hashtextextended(lexeme, uuid_hash_extended(p_project_id, 0))) FROM unnest(p_lexemes) lexeme $$;

-- What stands in quotes, all of it, as phrases; NULL where nothing does.
CREATE FUNCTION quoted_phrases(p_configuration regconfig, p_query text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = public, extensions, pg_temp AS
$$
    SELECT string_agg('(' || phrase::text || ')', ' & ')::tsquery
    FROM regexp_matches(p_query, '["“”„«»]([^"“”„«»]+)["“”„«»]', 'g') quoted,
        phraseto_tsquery(p_configuration, spaced_words(folded_text(quoted[1]))) phrase
    WHERE numnode(phrase) > 0
$$;

-- The size of a project and the words that are common in it, for ranking and for choosing which words to look up first.
-- Counted on a sample: ids are random, so the first ones are one. What is rare is counted by each search itself.
CREATE FUNCTION refresh_keyword_statistics(p_project_id uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, extensions, pg_temp AS
$$
DECLARE
    sample_size constant integer := 5000;
    small constant integer := 4000;
    tiny constant integer := 100;
    counted integer;
    least_share double precision;
BEGIN
    SELECT count(*) INTO counted FROM chunk_lexemes WHERE project_id = p_project_id;
    IF EXISTS (
        SELECT FROM keyword_statistics WHERE project_id = p_project_id AND abs(chunks - counted) <= 0.1 * counted
    ) THEN
        RETURN;
    END IF;
    -- Few chunks are ranked in no time, all of them; but not for the sake of "the".
    least_share := CASE WHEN counted > small THEN 0.005 WHEN counted > tiny THEN 0.5 ELSE 2 END;
    WITH sample AS MATERIALIZED (
        SELECT length, lexemes FROM chunk_lexemes WHERE project_id = p_project_id ORDER BY chunk_id LIMIT sample_size
    ), common AS (
        SELECT lexeme, (count(*) / least(sample_size, counted)::double precision)::real AS share
        FROM sample, unnest(tsvector_to_array(lexemes)) lexeme
        GROUP BY lexeme
        HAVING count(*) >= least_share * least(sample_size, counted)
    )
    UPDATE keyword_statistics SET
        chunks = counted,
        mean_length = (SELECT avg(length) FROM sample),
        common_lexemes = coalesce((SELECT array_agg(lexeme ORDER BY lexeme) FROM common), '{}'),
        common_shares = coalesce((SELECT array_agg(share ORDER BY lexeme) FROM common), '{}')
    WHERE project_id = p_project_id;
END $$;
