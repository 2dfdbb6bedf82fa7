import type { components } from "./schema";

type Schemas = components["schemas"];

export type Config = Schemas["Config"];
export type User = Schemas["User"];
export type ApiKey = Schemas["ApiKey"];
export type Project = Schemas["Project"];
export type ProjectSettings = Schemas["ProjectSettings"];
export type Document = Schemas["Document"];
export type DocumentStatus = Document["status"];
export type Chunk = Schemas["Chunk"];
export type Location = Schemas["Location"];
export type SearchResponse = Schemas["SearchResponse"];
export type Trace = Schemas["Trace"];
export type Chat = Schemas["Chat"];
export type Message = Schemas["Message"];
export type Citation = Schemas["Citation"];
