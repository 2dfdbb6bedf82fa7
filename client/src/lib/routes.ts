/** Addresses of the application. They end in a slash, as the static export has a folder for each page. */
export const routes = {
  home: "/",
  signIn: (next?: string) =>
    next && next !== "/" ? `/sign-in/?next=${encodeURIComponent(next)}` : "/sign-in/",
  signUp: "/sign-up/",
  projects: "/projects/",
  chats: (projectId: string) => `/projects/${projectId}/chat/`,
  chat: (projectId: string, chatId: string) => `/projects/${projectId}/chat/${chatId}/`,
  documents: (projectId: string) => `/projects/${projectId}/documents/`,
  document: (projectId: string, documentId: string) => `/projects/${projectId}/documents/${documentId}/`,
  settings: (projectId: string) => `/projects/${projectId}/settings/`,
  account: "/account/",
} as const;

export interface PathIds {
  projectId: string;
  section: string | undefined;
  /** The chat or the document of the page. */
  itemId: string | undefined;
}

/** The ids of `/projects/<id>/<section>/<id>/`. */
export function idsOfPath(pathname: string): PathIds {
  const [, projectId = "", section, itemId] = pathname.split("/").filter(Boolean);
  return { projectId, section, itemId };
}

/** Where to go after signing in: only a path of this application, never another site. */
export function safeReturnPath(next: string | null): string {
  if (!next || !next.startsWith("/") || next.startsWith("//") || next.includes("\\")) return routes.projects;
  try {
    const url = new URL(next, "http://here.invalid");
    return url.host === "here.invalid" ? url.pathname + url.search + url.hash : routes.projects;
  } catch {
    return routes.projects;
  }
}
