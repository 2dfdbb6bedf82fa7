import type { Metadata } from "next";

import { DocumentPage } from "@/features/documents/document-page";

export const metadata: Metadata = { title: "Document" };

export function generateStaticParams() {
  return [{ documentId: "_" }];
}

export default function Page() {
  return <DocumentPage />;
}
