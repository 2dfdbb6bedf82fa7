import { expect, it, vi } from "vitest";

import { endOtherSessions } from "./clerk-sessions";

function session(id: string, status = "active") {
  return { id, status, revoke: vi.fn().mockResolvedValue(undefined) };
}

it("ends the other sessions that live, and leaves this one for last", async () => {
  const [here, phone, ended] = [session("here"), session("phone"), session("old", "expired")];
  await endOtherSessions({ getSessions: () => Promise.resolve([here, phone, ended]) }, "here");
  expect(phone.revoke).toHaveBeenCalledOnce();
  expect(here.revoke).not.toHaveBeenCalled();
  expect(ended.revoke).not.toHaveBeenCalled();
});

it("says where a session could not be ended", async () => {
  const phone = session("phone");
  phone.revoke.mockRejectedValue(new Error("no connection"));
  const user = { getSessions: () => Promise.resolve([phone]) };
  await expect(endOtherSessions(user, "here")).rejects.toThrow("no connection");
});
