import { expect, it } from "vitest";

import type { Project } from "@/lib/api/types";

import { filtered } from "./projects-page";

function projectOf(name: string, description: string, last_activity_at: string): Project {
  const known: Partial<Project> = {
    id: name,
    name,
    description,
    created_at: "",
    updated_at: "",
    document_count: 0,
    documents_by_status: {},
    chat_count: 0,
    last_activity_at,
  };
  return known as Project;
}

it("finds projects by any words of name and description, the latest activity first", () => {
  const projects = [
    projectOf("Annual reports", "of the company", "2026-01-01"),
    projectOf("Contracts", "with the company", "2026-02-01"),
    projectOf("Recipes", "", "2026-03-01"),
  ];
  expect(filtered(projects, "COMPANY").map(({ name }) => name)).toEqual(["Contracts", "Annual reports"]);
  expect(filtered(projects, "company annual").map(({ name }) => name)).toEqual(["Annual reports"]);
  expect(filtered(projects, "")).toHaveLength(3);
});
