"use client";

import { ExternalLink, FileText, MoreHorizontal, RotateCw, Trash2 } from "lucide-react";
import Link from "next/link";

import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import type { Document } from "@/lib/api/types";
import { routes } from "@/lib/routes";

interface DocumentRowMenuProps {
  projectId: string;
  document: Document;
  onRetry: (documentId: string) => void;
  onDelete: (documentId: string) => void;
}

export function DocumentRowMenu({ projectId, document, onRetry, onDelete }: DocumentRowMenuProps) {
  const { id, file_name: name, status } = document;
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="quiet" size="icon-sm" aria-label={`Actions for ${name}`}>
          <MoreHorizontal aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent>
        <DropdownMenuItem asChild>
          <Link href={routes.document(projectId, id)}>
            <FileText aria-hidden /> Details and chunks
          </Link>
        </DropdownMenuItem>
        {status === "uploading" ? null : (
          <DropdownMenuItem asChild>
            <a href={`/api/documents/${id}/file`} target="_blank" rel="noopener noreferrer">
              <ExternalLink aria-hidden /> Open the original
            </a>
          </DropdownMenuItem>
        )}
        {document.source === "url" && status === "completed" ? (
          <DropdownMenuItem onSelect={() => onRetry(id)}>
            <RotateCw aria-hidden /> Fetch again
          </DropdownMenuItem>
        ) : null}
        {status === "failed" ? (
          <DropdownMenuItem onSelect={() => onRetry(id)}>
            <RotateCw aria-hidden /> Retry
          </DropdownMenuItem>
        ) : null}
        <DropdownMenuSeparator />
        <DropdownMenuItem danger onSelect={() => onDelete(id)}>
          <Trash2 aria-hidden /> Delete…
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
