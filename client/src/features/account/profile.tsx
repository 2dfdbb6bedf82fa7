"use client";

import { UserPen } from "lucide-react";
import { useSyncExternalStore } from "react";

import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { outsideSession } from "@/features/session/identity/outside-session";
import { useConfig, useMe } from "@/features/session/queries";
import { formatDate } from "@/lib/format";

import { Section } from "./section";

export function Profile() {
  const me = useMe();
  const config = useConfig();
  const outside = useOutsideSession();
  return (
    <Section title="Profile">
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-6 gap-y-2 text-sm">
        <dt className="text-muted-foreground">E-mail</dt>
        <dd className="flex flex-wrap items-center gap-2 break-all">
          {me.data?.email ?? "–"}
          {me.data?.is_owner ? <Badge tone="primary">Owner</Badge> : null}
        </dd>
        <dt className="text-muted-foreground">Member since</dt>
        <dd>{me.data ? formatDate(me.data.created_at) : "–"}</dd>
        {config.data ? (
          <>
            <dt className="text-muted-foreground">Answers by</dt>
            <dd>
              {config.data.models.chat.extractive
                ? "extraction: sentences of your documents, picked without a language model"
                : config.data.models.chat.name}
            </dd>
            <dt className="text-muted-foreground">Version</dt>
            <dd>{config.data.version}</dd>
          </>
        ) : null}
      </dl>
      {outside ? (
        <Button className="justify-self-start" onClick={outside.openProfile}>
          <UserPen aria-hidden /> Manage your profile
        </Button>
      ) : null}
    </Section>
  );
}

/** Of the outside provider that keeps the accounts; null where the installation has its own. */
function useOutsideSession() {
  return useSyncExternalStore(outsideSession.subscribe, outsideSession.get, () => null);
}
