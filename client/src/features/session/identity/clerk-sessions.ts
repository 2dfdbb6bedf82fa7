interface ClerkSession {
  id: string;
  status: string;
  revoke: () => Promise<unknown>;
}

interface ClerkUser {
  getSessions: () => Promise<ClerkSession[]>;
}

/** Ends all sessions of a Clerk account but the one that asks, which is signed out last. */
export async function endOtherSessions(user: ClerkUser, currentId: string | undefined): Promise<void> {
  const sessions = await user.getSessions();
  const others = sessions.filter(({ id, status }) => id !== currentId && status === "active");
  await Promise.all(others.map((session) => session.revoke()));
}
