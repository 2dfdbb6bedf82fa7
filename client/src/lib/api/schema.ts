/** Types of the HTTP API, in the shape that openapi-typescript gives them. `make api-types` writes this file. */

type Json<Body> = { content: { "application/json": Body } };
type Problems = { default: { content: { "application/problem+json": components["schemas"]["Problem"] } } };
type Empty = { content?: never };
type NoQuery = { query?: never; header?: never; path?: never; cookie?: never };
type Of<Path, Query = undefined> = {
  query?: Query extends undefined ? never : Query;
  header?: never;
  path: Path;
  cookie?: never;
};
type Get<Parameters, Body> = { parameters: Parameters; requestBody?: never; responses: { 200: Json<Body> } & Problems };
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
type Chat = { chat_id: string };
type Message = { message_id: string };
type Schemas = components["schemas"];

export interface paths {
  "/api/config": { get: Get<NoQuery, Schemas["Config"]> };
  "/api/health": { get: Get<NoQuery, { status: string }> };
  "/api/auth/sign-up": { post: Send<NoQuery, Schemas["Credentials"], 201, Schemas["SignedIn"]> };
  "/api/auth/sign-in": { post: Send<NoQuery, Schemas["Credentials"], 200, Schemas["SignedIn"]> };
  "/api/auth/sign-out": { post: Act<NoQuery, 204> };
  "/api/me": { get: Get<NoQuery, Schemas["User"]> };
  "/api/sessions": { delete: Act<NoQuery, 204> };
  "/api/api-keys": {
    get: Get<NoQuery, Page<Schemas["ApiKey"]>>;
    post: Send<NoQuery, { name: string }, 201, Schemas["NewApiKey"]>;
  };
  "/api/api-keys/{api_key_id}": { delete: Act<Of<{ api_key_id: string }>, 204> };
  "/api/projects": {
    get: Get<{ query?: PageQuery }, Page<Schemas["Project"]>>;
    post: Send<NoQuery, { name: string; description?: string }, 201, Schemas["Project"]>;
  };
  "/api/projects/{project_id}": {
    get: Get<Of<Project>, Schemas["Project"]>;
    patch: Send<Of<Project>, { name?: string; description?: string }, 200, Schemas["Project"]>;
    delete: Act<Of<Project>, 204>;
  };
  "/api/projects/{project_id}/settings": {
    get: Get<Of<Project>, Schemas["ProjectSettings"]>;
    patch: Send<Of<Project>, Partial<Schemas["ProjectSettings"]>, 200, Schemas["ProjectSettings"]>;
  };
  "/api/projects/{project_id}/documents": {
    get: Get<Of<Project, PageQuery>, Page<Schemas["Document"]>>;
    post: Send<Of<Project>, Schemas["NewDocument"], 201, Schemas["NewUpload"]>;
  };
  "/api/projects/{project_id}/search": { post: Send<Of<Project>, Schemas["SearchRequest"], 200, Schemas["SearchResponse"]> };
  "/api/projects/{project_id}/chats": {
    get: Get<Of<Project, PageQuery>, Page<Schemas["Chat"]>>;
    post: Send<Of<Project>, { title?: string }, 201, Schemas["Chat"]>;
  };
  "/api/documents/{document_id}": { get: Get<Of<Document>, Schemas["Document"]>; delete: Act<Of<Document>, 204> };
  "/api/documents/{document_id}/confirm": { post: Act<Of<Document>, 202, Schemas["Document"]> };
  "/api/documents/{document_id}/retry": { post: Act<Of<Document>, 202, Schemas["Document"]> };
  "/api/documents/{document_id}/chunks": {
    get: Get<Of<Document, PageQuery & { query?: string }>, Page<Schemas["Chunk"]>>;
  };
  "/api/documents/{document_id}/file": { get: Act<Of<Document>, 307> };
  "/api/chats/{chat_id}": {
    get: Get<Of<Chat>, Schemas["ChatWithMessages"]>;
    patch: Send<Of<Chat>, { title: string }, 200, Schemas["Chat"]>;
    delete: Act<Of<Chat>, 204>;
  };
  "/api/chats/{chat_id}/messages": {
    post: Send<Of<Chat>, Schemas["NewMessage"], 200, { user_message: Schemas["Message"]; message: Schemas["Message"] }>;
  };
  "/api/messages/{message_id}/trace": { get: Get<Of<Message>, Schemas["Trace"]> };
  "/api/messages/{message_id}/feedback": {
    put: Send<Of<Message>, Schemas["Feedback"], 200, Schemas["Feedback"]>;
    delete: Act<Of<Message>, 204>;
  };
}

export interface components {
  schemas: {
    Problem: { type: string; title: string; status: number; detail: string; code: string };
    Config: {
      auth_provider: "local" | "clerk";
      clerk_publishable_key: string | null;
      sign_up_open: boolean;
      first_run: boolean;
      max_upload_bytes: number;
      content_types: string[];
      chat_model: { name: string; extractive: boolean };
      embedding_model: string;
    };
    Credentials: { email: string; password: string };
    User: { id: string; email: string | null; is_owner: boolean; created_at: string };
    SignedIn: { token: string; expires_at: string; user: Schemas["User"] };
    ApiKey: { id: string; name: string; prefix: string; created_at: string; last_used_at: string | null };
    NewApiKey: Schemas["ApiKey"] & { key: string };
    Project: {
      id: string;
      name: string;
      description: string;
      document_count: number;
      chat_count: number;
      created_at: string;
      updated_at: string;
      last_activity_at: string;
    };
    ProjectSettings: {
      rag_strategy: "basic" | "hybrid" | "multi_query_vector" | "multi_query_hybrid";
      agent_type: "simple" | "agentic";
      embedding_model: string;
      num_chunks: number;
      final_context_size: number;
      use_reranking: boolean;
      multi_query_count: number;
      vector_weight: number;
      keyword_weight: number;
      similarity_threshold: number;
    };
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
    SearchRequest: Partial<Schemas["ProjectSettings"]> & { query: string };
    SearchResult: {
      chunk_id: string;
      document_id: string;
      document_name: string;
      page_number: number | null;
      content: string;
      score: number;
      locations: Schemas["Location"][];
    };
    SearchResponse: { results: Schemas["SearchResult"][]; trace: Schemas["Trace"] };
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
    Trace: {
      queries: string[];
      candidates: Schemas["Candidate"][];
      stages: { name: string; started_ms: number; duration_ms: number }[];
    };
    Chat: { id: string; project_id: string; title: string; created_at: string; updated_at: string };
    ChatWithMessages: Schemas["Chat"] & { messages: Schemas["Message"][] };
    Citation: {
      number: number;
      chunk_id: string;
      document_id: string;
      document_name: string;
      page_number: number | null;
      content: string;
      score: number;
      locations: Schemas["Location"][];
      url: string | null;
    };
    Message: {
      id: string;
      chat_id: string;
      role: "user" | "assistant";
      content: string;
      citations: Schemas["Citation"][];
      grounding: { [key: string]: unknown }[];
      suggestions: string[];
      feedback: Schemas["Feedback"] | null;
      status: "streaming" | "completed" | "stopped" | "failed" | "refused";
      usage: { [key: string]: unknown };
      created_at: string;
    };
    NewMessage: { content: string; replaces_message_id?: string | null };
    Feedback: { rating: "up" | "down"; comment?: string | null };
  };
}
