"""Fills a project of a running instance with more than a test could make one by one:

python e2e/seed.py DATA_DIR PROJECT_ID documents 2000
python e2e/seed.py DATA_DIR CHAT_ID messages 500
"""

import sys
from pathlib import Path

import psycopg

from opentrace.entrypoints.run_file import read_run_file

STATEMENTS = {
    "documents": """
        INSERT INTO documents (project_id, source, file_name, content_type, size_bytes, storage_key, status, page_count)
        SELECT %(owner)s, 'file', 'report ' || n || '.pdf', 'application/pdf', 1000 + n, gen_random_uuid(), 'completed',
               1 + n %% 90
        FROM generate_series(0, %(count)s - 1) AS n
    """,
    "messages": """
        INSERT INTO messages (chat_id, role, content, status, created_at)
        SELECT %(owner)s,
               CASE n %% 2 WHEN 0 THEN 'user' ELSE 'assistant' END,
               CASE n %% 2
                   WHEN 0 THEN 'Question ' || n || ': what do the tables of the year ' || 1900 + n || ' say?'
                   ELSE 'Answer ' || n || E'.\\n\\n- **Revenue** rose to `' || n || E'` million.\\n- Costs fell.\\n\\n'
                        || E'| Quarter | Sales |\\n|---|--:|\\n| Q1 | 1.2 |\\n| Q2 | 1.4 |\\n\\n'
                        || repeat('The ferries were on time, and more people than ever came along. ', 6)
               END,
               'completed',
               now() - interval '1 day' + n * interval '1 minute'
        FROM generate_series(0, %(count)s - 1) AS n ORDER BY n
    """,
}


def main() -> None:
    data_dir, owner, kind, count = sys.argv[1:]
    instance = read_run_file(Path(data_dir) / "run.json")
    if instance is None:
        raise SystemExit(f"No instance runs on {data_dir!r}.")
    with psycopg.connect(instance.database_url) as connection:
        connection.execute(STATEMENTS[kind], {"owner": owner, "count": int(count)})


if __name__ == "__main__":
    main()
