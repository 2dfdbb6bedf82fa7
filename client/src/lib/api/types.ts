import type { components } from "./schema";

type Schemas = components["schemas"];

export type Config = Schemas["InstallationConfig"];
export type User = Schemas["UserResponse"];
export type ApiKey = Schemas["ApiKeyResponse"];
export type NewApiKey = Schemas["ApiKeyCreatedResponse"];
export type Project = Schemas["ProjectResponse"];
export type ProjectSettings = Schemas["SettingsResponse"];
export type EmbeddingChange = Schemas["EmbeddingChange"];
export type SettingsPatch = Schemas["SettingsPatch"];
export type Document = Schemas["DocumentResponse"];
export type DocumentStatus = Document["status"];
export type Chunk = Schemas["ChunkResponse"];
export type Location = Schemas["CitationBox"];
export type SearchResponse = Schemas["SearchResponse"];
export type Explanation = Schemas["ExplanationResponse"];
export type SearchResult = Schemas["SearchResultResponse"];
export type Chat = Schemas["ChatResponse"];
export type ChatWithMessages = Schemas["ChatWithMessages"];
export type Message = Schemas["MessageResponse"];
/** A page of the web that was not made a document has an address, and no ids. */
export type Citation = Omit<Schemas["CitationResponse"], "chunk_id" | "document_id"> & {
  chunk_id: string | null;
  document_id: string | null;
};
export type Feedback = Schemas["FeedbackResponse"];
// Two shapes of the server have the same name, so the document tells them apart by their modules.
export type Trace = Schemas["opentrace__chat__schemas__TraceResponse"];
export type SearchTrace = Schemas["opentrace__retrieval__schemas__TraceResponse"];
export type Candidate = Schemas["CandidateResponse"];
