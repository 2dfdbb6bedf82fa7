import { render, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import type { Citation } from "@/lib/api/types";

import { CitationProvider } from "../citation-context";
import { Markdown } from "./markdown";

const CITATION = {
  number: 1,
  chunk_id: "c1",
  document_id: "d1",
  document_name: "report.pdf",
  page_number: 4,
  content: "Net sales were 90.1 billion.",
  score: 0.71,
  locations: [],
  url: null,
} as unknown as Citation;

function show(source: string, options: { streaming?: boolean; unsupported?: string[] } = {}) {
  const onOpen = vi.fn();
  const view = render(
    <CitationProvider
      citations={[CITATION]}
      streaming={options.streaming ?? false}
      openNumber={null}
      onOpen={onOpen}
    >
      <Markdown source={source} {...options} />
    </CitationProvider>,
  );
  return { ...view, onOpen };
}

describe("citation markers", () => {
  it("become buttons where there is such a citation, and stay text where there is none", () => {
    const { container } = show("Sales rose [1] and fell [7].");
    expect(screen.getAllByRole("button")).toHaveLength(1);
    expect(screen.getByRole("button", { name: "Source 1: report.pdf, page 4" })).toBeDefined();
    expect(container.textContent).toBe("Sales rose 1 and fell [7].");
  });

  it("open their citation", () => {
    const { onOpen } = show("Sales rose [1].");
    screen.getByRole("button").click();
    expect(onOpen).toHaveBeenCalledWith(1);
  });

  it("work in lists, tables, emphasis, at the beginning of a line and next to each other", () => {
    show("- **a [1]**\n\n| h |\n|---|\n| b [1] |\n\n[1]: not a definition\n\nx [1][1]");
    expect(screen.getAllByRole("button")).toHaveLength(5);
  });

  it("are left alone in code and in links", () => {
    const { container } = show("`a[1]` and\n\n```\nb[1]\n```\n\n[1](https://example.com)");
    expect(screen.queryByRole("button", { name: /Source/ })).toBeNull();
    expect(container.querySelector("pre")?.textContent).toContain("b[1]");
  });

  it("have their place while the citation is still on its way", () => {
    const { container } = show("Sales rose [2]", { streaming: true });
    expect(container.textContent).toBe("Sales rose 2");
  });
});

describe("hostile Markdown", () => {
  it.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=https://example.com></iframe>",
    "a <b onclick=alert(1)>b</b> c",
    "<table><tr><td>cell</td></tr></table>",
    "<style>*{display:none}</style>",
    "<!-- comment -->",
    "<details open ontoggle=alert(1)>",
  ])("shows HTML as text: %s", (source) => {
    const { container } = show(source);
    expect(container.textContent).toBe(source);
    expect(container.querySelector("script, img, svg, iframe, b, table, style, details")).toBeNull();
  });

  it.each([
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox)",
    "[x](file:///etc/passwd)",
    "[x](//example.com)",
    "[x](/api/sessions)",
    "[x](https://user:secret@example.com)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
  ])("makes no link of %s", (source) => {
    const { container } = show(source);
    expect(container.querySelector("a, img")).toBeNull();
  });

  it("loads no image: it is a link that says where it goes", () => {
    const { container } = show("![chart](https://tracker.example/p.png?u=1)");
    expect(container.querySelector("img")).toBeNull();
    const link = screen.getByRole("link");
    expect(link.getAttribute("href")).toBe("https://tracker.example/p.png?u=1");
    expect(link.textContent).toContain("Image: chart");
    expect(link.textContent).toContain("tracker.example");
  });

  it("opens links apart and shows where they go", () => {
    show("[your bank](https://phish.example/login) and https://example.org/a");
    const [disguised, plain] = screen.getAllByRole("link");
    expect(disguised?.getAttribute("rel")).toContain("noopener");
    expect(disguised?.getAttribute("target")).toBe("_blank");
    expect(disguised?.textContent).toContain("(phish.example)");
    expect(plain?.textContent).not.toContain("(example.org)");
  });

  it("keeps right-to-left text, control characters and endless words as they are", () => {
    const source = `مرحبا بالعالم\n\n${"x".repeat(5000)}\n\n\u202Eevil\u202C`;
    const { container } = show(source);
    expect(container.textContent).toBe(source.replaceAll("\n", ""));
    expect([...container.querySelectorAll("p")].every((p) => p.dir === "auto")).toBe(true);
  });
});

describe("Markdown", () => {
  it("draws tables, code, lists and headings", () => {
    const { container } = show(
      "# T\n\n| a | b |\n|:--|--:|\n| 1 | 2 |\n\n```py\nx\n```\n\n1. one\n2. two\n\n- [x] done",
    );
    expect(container.querySelector("h3")?.textContent).toBe("T");
    expect(container.querySelectorAll("tbody td")).toHaveLength(2);
    expect(container.querySelector("pre")?.textContent).toBe("x");
    expect(container.querySelectorAll("ol > li")).toHaveLength(2);
    expect(container.querySelector<HTMLInputElement>("input[type=checkbox]")?.checked).toBe(true);
  });

  it("marks the sentences that nothing supports", () => {
    const { container } = show("Sales **rose** by 4% [1]. Profit doubled. Costs fell.", {
      unsupported: ["Profit doubled.", "Sales rose by 4% [1]."],
    });
    const marks = [...container.querySelectorAll("mark")].map((mark) =>
      mark.textContent.replace(" (not supported by the sources)", ""),
    );
    expect(marks).toEqual(["Sales ", "rose", " by 4%", "Profit doubled."]);
    expect(container.textContent).toContain("Costs fell.");
  });
});
