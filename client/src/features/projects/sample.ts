/** The sample project: Opentrace's own handbook, which ships with the client and is uploaded like any other file. */

export const SAMPLE = {
  name: "Opentrace handbook",
  description: "A sample to look around in: Opentrace’s own handbook. Delete it whenever you like.",
  questions: [
    "Which file types can I upload?",
    "How do I get an answer from more passages?",
    "What is deleted together with a project?",
  ],
} as const;

/** Questions to try in a project, where there are ready ones. */
export function questionsToTry(project: { description: string } | undefined): readonly string[] {
  return project?.description === SAMPLE.description ? SAMPLE.questions : [];
}

const HANDBOOK = "/handbook/";

/** The handbook's pages as files. */
export async function handbookFiles(): Promise<File[]> {
  const response = await fetch(`${HANDBOOK}index.json`);
  const names = response.ok ? ((await response.json()) as string[]) : [];
  return Promise.all(
    names.map(async (name) => {
      const page = await fetch(HANDBOOK + name);
      return new File([await page.blob()], name, { type: "text/markdown" });
    }),
  );
}
