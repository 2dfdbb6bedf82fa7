import { Compass } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";

import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/states";
import { routes } from "@/lib/routes";

export const metadata: Metadata = { title: "Page not found" };

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState
        icon={Compass}
        heading="h1"
        title="There is nothing at this address"
        actions={
          <Button asChild variant="primary">
            <Link href={routes.projects}>Go to your projects</Link>
          </Button>
        }
      >
        The page may have moved, or its project may have been deleted.
      </EmptyState>
    </main>
  );
}
