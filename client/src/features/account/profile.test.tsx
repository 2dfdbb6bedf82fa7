import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { outsideSession } from "@/features/session/identity/outside-session";
import { sessionKeys } from "@/features/session/queries";

import { Profile } from "./profile";

function show() {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(sessionKeys.me, { email: "a@example.org", is_owner: true, created_at: "2026-01-01" });
  client.setQueryData(sessionKeys.config, { models: { chat: { extractive: true } }, version: "1" });
  render(
    <QueryClientProvider client={client}>
      <Profile />
    </QueryClientProvider>,
  );
}

it("leads to the provider's own page of the account, where there is a provider", async () => {
  show();
  expect(screen.getByText("a@example.org")).toBeDefined();
  expect(screen.queryByRole("button", { name: "Manage your profile" })).toBeNull();
  const openProfile = vi.fn();
  act(() =>
    outsideSession.connect({
      isSignedIn: true,
      getToken: () => Promise.resolve("token"),
      signOut: () => Promise.resolve(),
      openProfile,
    }),
  );
  await userEvent.click(screen.getByRole("button", { name: "Manage your profile" }));
  expect(openProfile).toHaveBeenCalledOnce();
});
