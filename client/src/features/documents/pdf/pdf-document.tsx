"use client";

import { FileWarning } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { Document } from "react-pdf";

import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import { authHeaders } from "@/lib/api/client";

import type { PdfViewerProps } from "../pdf-viewer";
import { PdfPages } from "./pdf-pages";
import { PDF_OPTIONS } from "./setup";

interface Opened {
  pageCount: number;
  /** Height by width of the page that is shown first. */
  aspect: number;
}

/** Opens a file and shows its pages. Another passage of the same file does not open it again. */
export default function PdfDocument({ fileUrl, page, highlights }: PdfViewerProps) {
  const headers = useAuthHeaders();
  const [attempt, setAttempt] = useState(0);
  return headers ? (
    <OpenedFile
      key={`${fileUrl} ${attempt}`}
      fileUrl={fileUrl}
      headers={headers}
      page={page}
      highlights={highlights}
      onRetry={() => setAttempt((count) => count + 1)}
    />
  ) : null;
}

interface OpenedFileProps extends PdfViewerProps {
  headers: Record<string, string>;
  onRetry: () => void;
}

function OpenedFile({ fileUrl, headers, page, highlights, onRetry }: OpenedFileProps) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [loaded, setLoaded] = useState<number | null>(null);
  const [failure, setFailure] = useState<Error | null>(null);
  const file = useMemo(() => ({ url: fileUrl, httpHeaders: headers }), [fileUrl, headers]);
  if (failure) return <FileFailure error={failure} fileUrl={fileUrl} onRetry={onRetry} />;
  return (
    <Document
      file={file}
      options={PDF_OPTIONS}
      className="flex min-h-0 flex-1 flex-col"
      loading={<Opening share={loaded} />}
      error={null}
      noData={null}
      onLoadProgress={({ loaded: bytes, total }) => setLoaded(total > 0 ? bytes / total : null)}
      onLoadSuccess={(pdf) => {
        const first = Math.min(Math.max(1, page), pdf.numPages);
        pdf.getPage(first).then((shown) => {
          const { width, height } = shown.getViewport({ scale: 1 });
          setOpened({ pageCount: pdf.numPages, aspect: height / width });
        }, setFailure);
      }}
      onLoadError={setFailure}
      onSourceError={setFailure}
    >
      {opened ? (
        <PdfPages
          fileUrl={fileUrl}
          page={page}
          highlights={highlights}
          pageCount={opened.pageCount}
          firstAspect={opened.aspect}
        />
      ) : (
        <Opening share={loaded} />
      )}
    </Document>
  );
}

function Opening({ share }: { share: number | null }) {
  return (
    <div className="grid flex-1 place-items-center bg-muted p-8">
      <div className="grid w-full max-w-60 gap-2 text-center text-sm text-muted-foreground">
        <Progress label="The document is being opened" value={share} />
        Opening the document…
      </div>
    </div>
  );
}

interface FileFailureProps {
  error: Error;
  fileUrl: string;
  onRetry: () => void;
}

function FileFailure({ error, fileUrl, onRetry }: FileFailureProps) {
  const missing = "status" in error && error.status === 404;
  return (
    <div
      role="alert"
      className="grid flex-1 place-content-center justify-items-center gap-3 p-8 text-center text-sm"
    >
      <FileWarning aria-hidden className="size-8 text-muted-foreground" />
      <p className="max-w-xs text-pretty text-muted-foreground">
        {missing
          ? "The file is not there any more: its document was deleted."
          : "The file could not be shown here. Try again, or open the original."}
      </p>
      {missing ? null : (
        <div className="flex gap-2">
          <Button size="sm" onClick={onRetry}>
            Try again
          </Button>
          <Button size="sm" asChild>
            <a href={fileUrl} target="_blank" rel="noopener noreferrer">
              Open the original
            </a>
          </Button>
        </div>
      )}
    </div>
  );
}

function useAuthHeaders(): Record<string, string> | null {
  const [headers, setHeaders] = useState<Record<string, string> | null>(null);
  useEffect(() => {
    let wanted = true;
    void authHeaders().then((next) => {
      if (wanted) setHeaders(next);
    });
    return () => {
      wanted = false;
    };
  }, []);
  return headers;
}
