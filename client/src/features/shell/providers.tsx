"use client";

import { QueryClientProvider } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";

import { Toaster } from "@/components/ui/toast";
import { TooltipProvider } from "@/components/ui/tooltip";
import { createQueryClient } from "@/lib/query-client";

import { ConnectionBanner } from "./connection-banner";
import { SessionWatch } from "./session-watch";

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(createQueryClient);
  return (
    <QueryClientProvider client={client}>
      <TooltipProvider delayDuration={350} skipDelayDuration={150}>
        <ConnectionBanner />
        <SessionWatch />
        {children}
        <Toaster />
      </TooltipProvider>
    </QueryClientProvider>
  );
}
