import { describe, expect, it } from "vitest";

import { chatEntries } from "./chat-groups";

const NOW = new Date(2026, 5, 15, 12);
const chat = (title: string, daysAgo: number) => ({
  id: title,
  project_id: "p",
  title,
  created_at: "",
  updated_at: new Date(NOW.getTime() - daysAgo * 86_400_000).toISOString(),
});
const shown = (entries: ReturnType<typeof chatEntries>) =>
  entries.map((entry) => (entry.kind === "chat" ? entry.chat.title : `# ${entry.title}`));

describe("the list of chats", () => {
  it("stands under the time of the last question", () => {
    const chats = [chat("a", 0), chat("b", 1), chat("c", 3), chat("d", 20), chat("e", 200)];
    expect(shown(chatEntries(chats, "", NOW))).toEqual([
      "# Today",
      "a",
      "# Yesterday",
      "b",
      "# Last 7 days",
      "c",
      "# Last 30 days",
      "d",
      "# Earlier",
      "e",
    ]);
  });

  it("is searched by words in any order and case, without headings that are empty", () => {
    const chats = [chat("Net sales of Apple", 0), chat("Gross margin", 1)];
    expect(shown(chatEntries(chats, "MARGIN gro", NOW))).toEqual(["# Yesterday", "Gross margin"]);
  });
});
