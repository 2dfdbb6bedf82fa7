/** Of the API that the design describes and the server is still to serve; the rest is generated into schema.ts. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export interface PendingPaths {
  "/api/projects/{project_id}/search": {
    post: {
      parameters: { query?: never; header?: never; path: { project_id: string }; cookie?: never };
      requestBody: { content: { "application/json": PendingSchemas["SearchRequest"] } };
      responses: { 200: { headers: object; content: { "application/json": PendingSchemas["SearchResponse"] } } };
    };
  };
}

export interface PendingSchemas {
  SearchRequest: Schemas["SettingsPatch"] & { query: string };
  SearchResult: {
    chunk_id: string;
    document_id: string;
    document_name: string;
    page_number: number | null;
    content: string;
    score: number;
    locations: Schemas["CitationBox"][];
  };
  SearchResponse: { results: PendingSchemas["SearchResult"][]; trace: { [key: string]: unknown } };
}
