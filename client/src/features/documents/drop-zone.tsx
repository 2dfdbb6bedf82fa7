"use client";

import { FileUp, FolderUp, Globe, UploadCloud } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";

import { filesOfDrop, withoutHidden } from "./collect-files";

interface DropZoneProps {
  onFiles: (files: File[]) => void;
  children: ReactNode;
}

/** Takes files and folders that are dropped anywhere on it. */
export function DropZone({ onFiles, children }: DropZoneProps) {
  const [over, setOver] = useState(false);
  const depth = useRef(0);

  // A file that misses the zone must not replace the page.
  useEffect(() => {
    const ignore = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    };
    window.addEventListener("dragover", ignore);
    window.addEventListener("drop", ignore);
    return () => {
      window.removeEventListener("dragover", ignore);
      window.removeEventListener("drop", ignore);
    };
  }, []);

  return (
    <div
      className="relative flex flex-1 flex-col"
      onDragEnter={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        depth.current += 1;
        setOver(true);
      }}
      onDragLeave={() => {
        depth.current = Math.max(0, depth.current - 1);
        if (depth.current === 0) setOver(false);
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        void filesOfDrop(event.dataTransfer.items).then((files) => {
          if (files.length > 0) onFiles(files);
        });
      }}
    >
      {children}
      <div
        aria-hidden
        className={cn(
          "pointer-events-none absolute inset-2 z-20 grid place-items-center rounded-xl border-2 border-dashed border-primary bg-primary-soft/90 text-primary-text transition-opacity",
          over ? "opacity-100" : "opacity-0",
        )}
      >
        <span className="flex items-center gap-3 text-lg font-medium">
          <UploadCloud className="size-6" /> Drop to upload
        </span>
      </div>
    </div>
  );
}

interface PickButtonsProps {
  accept: string;
  size?: "md" | "lg";
  onFiles: (files: File[]) => void;
  onPages: () => void;
}

/** The same by keyboard: choose files, or a whole folder; or name pages of the web. */
export function PickButtons({ accept, size = "md", onFiles, onPages }: PickButtonsProps) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);

  function take(input: HTMLInputElement) {
    const chosen = withoutHidden(input.files ?? []);
    if (chosen.length > 0) onFiles(chosen);
    // The same file can be chosen again.
    input.value = "";
  }

  return (
    <div className="flex flex-wrap gap-2 in-[.text-center]:justify-center">
      <Button variant="primary" size={size} onClick={() => files.current?.click()}>
        <FileUp aria-hidden /> Upload files
      </Button>
      <Button size={size} onClick={() => folder.current?.click()}>
        <FolderUp aria-hidden /> Upload a folder
      </Button>
      <Button size={size} onClick={onPages}>
        <Globe aria-hidden /> Add web pages
      </Button>
      <input
        ref={files}
        type="file"
        multiple
        accept={accept}
        className="hidden"
        aria-label="Files to upload"
        data-testid="file-input"
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={(input) => {
          folder.current = input;
          input?.setAttribute("webkitdirectory", "");
        }}
        type="file"
        multiple
        className="hidden"
        aria-label="Folder to upload"
        onChange={(event) => take(event.currentTarget)}
      />
    </div>
  );
}
