import type { Document } from "@/lib/api/types";

/** A document for tests that care about some of its values only. */
export function documentOf(values: Partial<Document>): Document {
  const known: Partial<Document> = {
    id: values.file_name ?? "",
    project_id: "p",
    source: "file",
    file_name: "",
    title: null,
    content_type: "application/pdf",
    size_bytes: 1,
    sha256: null,
    url: null,
    status: "completed",
    status_message: null,
    stage_details: {},
    error_code: null,
    page_count: null,
    created_at: "2026-11-22T10:00:00Z",
    updated_at: "2026-11-22T10:00:00Z",
    ...values,
  };
  return known as Document;
}
