/** Of the API that the design describes and the server is still to serve; the rest is generated into schema.ts. */
import type { components } from "./schema";

type Json<Body> = { content: { "application/json": Body } };
type Problems = { default: { content: { "application/problem+json": components["schemas"]["Problem"] } } };
type Empty = { content?: never };
type Of<Path, Query = undefined> = {
  query?: Query extends undefined ? never : Query;
  header?: never;
  path: Path;
  cookie?: never;
};
type Get<Parameters, Body> = {
  parameters: Parameters;
  requestBody?: never;
  responses: { 200: Json<Body> } & Problems;
};
type Send<Parameters, Request, Code extends number, Body> = {
  parameters: Parameters;
  requestBody: Json<Request>;
  responses: Record<Code, Body extends undefined ? Empty : Json<Body>> & Problems;
};
type Act<Parameters, Code extends number, Body = undefined> = {
  parameters: Parameters;
  requestBody?: never;
  responses: Record<Code, Body extends undefined ? Empty : Json<Body>> & Problems;
};
type Page<Item> = { items: Item[]; next_cursor: string | null };
type PageQuery = { limit?: number; cursor?: string | null };
type Project = { project_id: string };
type Document = { document_id: string };
type Schemas = components["schemas"] & PendingSchemas;

export interface PendingPaths {
  "/api/projects/{project_id}/documents": {
    get: Get<Of<Project, PageQuery>, Page<Schemas["Document"]>>;
    post: Send<Of<Project>, Schemas["NewDocument"], 201, Schemas["NewUpload"]>;
  };
  "/api/projects/{project_id}/search": {
    post: Send<Of<Project>, Schemas["SearchRequest"], 200, Schemas["SearchResponse"]>;
  };
  "/api/documents/{document_id}": {
    get: Get<Of<Document>, Schemas["Document"]>;
    delete: Act<Of<Document>, 204>;
  };
  "/api/documents/{document_id}/confirm": { post: Act<Of<Document>, 202, Schemas["Document"]> };
  "/api/documents/{document_id}/retry": { post: Act<Of<Document>, 202, Schemas["Document"]> };
  "/api/documents/{document_id}/chunks": {
    get: Get<Of<Document, PageQuery & { query?: string }>, Page<Schemas["Chunk"]>>;
  };
  "/api/documents/{document_id}/file": { get: Act<Of<Document>, 307> };
}

export interface PendingSchemas {
  Document: {
    id: string;
    project_id: string;
    source: "file" | "url";
    file_name: string;
    title: string | null;
    content_type: string;
    size_bytes: number;
    url: string | null;
    status:
      | "uploading"
      | "queued"
      | "partitioning"
      | "chunking"
      | "summarising"
      | "vectorization"
      | "completed"
      | "failed";
    status_message: string | null;
    stage_details: { [key: string]: unknown };
    error_code: string | null;
    page_count: number | null;
    chunk_count: number | null;
    created_at: string;
    updated_at: string;
  };
  NewDocument: { file_name: string; content_type: string; size_bytes: number };
  NewUpload: {
    document: Schemas["Document"];
    upload: { method: string; url: string; headers: { [key: string]: string }; expires_at: string };
  };
  Location: { page: number; x0: number; y0: number; x1: number; y1: number };
  Chunk: {
    id: string;
    document_id: string;
    chunk_index: number;
    content: string;
    original_content: { [key: string]: unknown };
    types: string[];
    heading_path: string[];
    page_number: number | null;
    locations: Schemas["Location"][];
    char_count: number;
  };
  SearchRequest: Partial<Schemas["SettingsPatch"]> & { query: string };
  SearchResult: {
    chunk_id: string;
    document_id: string;
    document_name: string;
    page_number: number | null;
    content: string;
    score: number;
    locations: Schemas["Location"][];
  };
  Candidate: {
    chunk_id: string;
    document_id: string;
    document_name: string;
    page_number: number | null;
    vector_rank: number | null;
    vector_score: number | null;
    keyword_rank: number | null;
    keyword_score: number | null;
    fused_score: number | null;
    rerank_score: number | null;
    kept: boolean;
    reason: string;
  };
  SearchTrace: {
    queries: string[];
    candidates: Schemas["Candidate"][];
    stages: { name: string; started_ms: number; duration_ms: number }[];
  };
  SearchResponse: { results: Schemas["SearchResult"][]; trace: Schemas["SearchTrace"] };
}
