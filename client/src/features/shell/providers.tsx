"use client";

import { QueryClientProvider } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";

import { Toaster } from "@/components/ui/toast";
import { OutsideIdentity } from "@/features/session/identity/outside-identity";
import { createQueryClient } from "@/lib/query-client";

import { ConnectionBanner } from "./connection-banner";
import { SessionWatch } from "./session-watch";

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(createQueryClient);
  return (
    <QueryClientProvider client={client}>
      <ConnectionBanner />
      <OutsideIdentity />
      <SessionWatch />
      {children}
      <Toaster />
    </QueryClientProvider>
  );
}
