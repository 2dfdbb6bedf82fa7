import { expect, memberTest as test, newProject, REPORT, upload } from "./fixtures";
import { serverWithModel } from "./scripted-model";

test("says of any passage why it was found, or was not", async ({ page }) => {
  const projectId = await newProject(page, "Explanations");
  await upload(page, projectId, REPORT, "ferry notes.md");
  await page.goto(`/projects/${projectId}/settings/`);
  await page.getByRole("radio", { name: /^By meaning and words/ }).check();
  await page.getByRole("spinbutton", { name: "Passages to find" }).fill("1");
  await page.getByLabel("Question to search with").fill("How many kilowatt hours do the batteries hold?");
  await page.keyboard.press("Enter");
  const first = page.getByRole("article", { name: "Passage 1" });
  await expect(first).toContainText("4,600 kilowatt hours");
  await expect(first).toContainText(/fused 0\.0\d{3}/);

  await page.getByLabel("Is something missing?").selectOption({ label: REPORT });
  const explanation = page.getByRole("region", { name: "Explanation" });
  await expect(explanation).toContainText(`Found: ${REPORT}`);
  await expect(explanation).toContainText(/By meaning\s*#1 /);

  await page.getByRole("button", { name: "Passage to explain: The nearest passage" }).click();
  await page.getByLabel("Find a passage").fill("autumn of 2026");
  await page.getByRole("button", { name: /Passage \d+, page 4/ }).click();
  await expect(explanation).toContainText(/Not found: Northwind annual report 2025\.pdf, passage \d/);
  await expect(explanation).toContainText("Not among the first 1 found");
  await expect(explanation).toContainText(/By meaning\s*#[2-9] /);
  await expect(explanation.getByRole("listitem").filter({ hasText: "batteri" })).toContainText(/batteri/);
  await expect(first, "what was found stays").toBeVisible();

  const passage = await explanation.getByRole("link").textContent();
  await explanation.getByRole("link").click();
  const number = /passage (\d+)/.exec(passage ?? "")?.[1] ?? "";
  await expect(page.getByRole("article", { name: `Chunk ${number}`, exact: true })).toContainText(
    "autumn of 2026",
  );
});

test("another embedding model is begun, and taken back", async ({ page }) => {
  const server = await serverWithModel(
    { answer: () => Promise.resolve() },
    { OPENTRACE_EMBEDDING_MODEL: "text-embedding-3-small" },
  );
  const projectId = await newProject(page, "Vectors");
  await upload(page, projectId, "ferry notes.md");
  await page.goto(`${server.url}/projects/${projectId}/settings/`);
  const section = page.getByRole("region", { name: "Embedding model" });
  await expect(section).toContainText("all-MiniLM-L6-v2 turns passages");
  await expect(section.getByRole("button", { name: "Embed anew" })).toBeDisabled();
  await section.getByLabel("Embed this project with").selectOption("text-embedding-3-small");
  await section.getByRole("button", { name: "Embed anew" }).click();
  await expect(section.getByRole("status")).toContainText("Changing to text-embedding-3-small");
  await section.getByRole("button", { name: "Keep the present model" }).click();
  await expect(section.getByRole("button", { name: "Embed anew" })).toBeVisible();
  await expect(section).toContainText("all-MiniLM-L6-v2 turns passages");
  await server.close();
});
