import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { sessionKeys } from "@/features/session/queries";
import type { EmbeddingChange, ProjectSettings } from "@/lib/api/types";

import { EmbeddingModel } from "./embedding-model";

function show(offered: readonly string[], change: EmbeddingChange | null = null) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(sessionKeys.config, { models: { embeddings: offered } });
  const settings = { project_id: "p", embedding_model: "small", embedding_change: change };
  const { container } = render(
    <QueryClientProvider client={client}>
      <EmbeddingModel settings={settings as ProjectSettings} />
    </QueryClientProvider>,
  );
  return container;
}

describe("the embedding model", () => {
  it("is named where there is no other, and nothing can be chosen", () => {
    expect(show(["small"]).textContent).toContain("small turns passages and questions into the vectors");
    expect(screen.queryByRole("combobox")).toBeNull();
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("is changed only for another one", async () => {
    show(["small", "large"]);
    const models = screen.getByRole<HTMLSelectElement>("combobox", { name: "Embed this project with" });
    expect([...models.options].map(({ value }) => value)).toEqual(["small", "large"]);
    const begin = screen.getByRole<HTMLButtonElement>("button", { name: "Embed anew" });
    expect(begin.disabled).toBe(true);
    await userEvent.selectOptions(models, "large");
    expect(begin.disabled).toBe(false);
    await userEvent.selectOptions(models, "small");
    expect(begin.disabled).toBe(true);
  });

  it("can be chosen where the one that serves is offered no more", () => {
    show(["large"]);
    const models = screen.getByRole<HTMLSelectElement>("combobox");
    expect(models.value).toBe("small");
    expect([...models.options].map(({ value }) => value)).toEqual(["small", "large"]);
  });
});

describe("a change of the embedding model", () => {
  const CHANGE: EmbeddingChange = { model: "large", chunks: 40, chunks_done: 10, problem: null };

  it("says how far it is, what serves meanwhile, and can be taken back", () => {
    show(["small", "large"], CHANGE);
    const status = screen.getByRole("status");
    expect(status.textContent).toContain("Changing to large: 10 of 40 passages are embedded.");
    expect(status.textContent).toContain("Searches use small until all are.");
    expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("25");
    expect(screen.getByRole("button", { name: "Keep the present model" })).toBeDefined();
    expect(screen.queryByRole("button", { name: "Embed anew" })).toBeNull();
  });

  it("waits for the worker before anything is counted", () => {
    show(["small", "large"], { ...CHANGE, chunks: 0, chunks_done: 0 });
    expect(screen.getByRole("status").textContent).toContain("waiting for the worker");
    expect(screen.queryByRole("progressbar")).toBeNull();
  });

  it("says the problem, and that it goes on", () => {
    show(["small", "large"], { ...CHANGE, problem: "The model does not answer." });
    expect(screen.getByRole("status").textContent).toContain(
      "The model does not answer. It is tried again by itself.",
    );
  });

  it("that was taken back cannot be taken back again", () => {
    show(["small", "large"], { ...CHANGE, model: "small" });
    expect(screen.getByRole("status").textContent).toBe("The vectors of another model are being removed.");
    expect(screen.queryByRole("button")).toBeNull();
  });
});
