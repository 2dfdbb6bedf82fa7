/** What an answer took, read with care: a server of another version may say more or less. */
import { stageName } from "./trace/stage-names";

export interface ModelUsage {
  model: string;
  inputTokens: number;
  outputTokens: number;
  costUsd: number | null;
}

export interface AnswerUsage {
  model: string | null;
  inputTokens: number | null;
  outputTokens: number | null;
  costUsd: number | null;
  models: ModelUsage[];
  stages: { label: string; ms: number }[];
  firstTokenMs: number | null;
  totalMs: number | null;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const figure = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;
const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

export function readUsage(usage: unknown): AnswerUsage | null {
  if (!isFields(usage)) return null;
  const models = Array.isArray(usage["models"]) ? usage["models"].filter(isFields) : [];
  const stages = isFields(usage["stage_ms"]) ? Object.entries(usage["stage_ms"]) : [];
  return {
    model: text(usage["model"]),
    inputTokens: figure(usage["input_tokens"]),
    outputTokens: figure(usage["output_tokens"]),
    costUsd: figure(usage["cost_usd"]),
    models: models.map((entry) => ({
      model: text(entry["model"]) ?? "unknown",
      inputTokens: figure(entry["input_tokens"]) ?? 0,
      outputTokens: figure(entry["output_tokens"]) ?? 0,
      costUsd: figure(entry["cost_usd"]),
    })),
    stages: stages.flatMap(([name, ms]) => (typeof ms === "number" ? [{ label: stageName(name), ms }] : [])),
    firstTokenMs: figure(usage["first_token_ms"]),
    totalMs: figure(usage["total_ms"]),
  };
}
