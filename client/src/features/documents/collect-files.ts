/** The files of a drop, those of dropped folders too, each with its path below the folder that was dropped. */

const HIDDEN = /^(?:\.|~\$|Thumbs\.db$|desktop\.ini$)/i;

export async function filesOfDrop(items: DataTransferItemList): Promise<File[]> {
  // The list is emptied as soon as the event is over: take everything out of it first.
  const entries: FileSystemEntry[] = [];
  const plain: File[] = [];
  for (const item of items) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry();
    if (entry) entries.push(entry);
    else {
      const file = item.getAsFile();
      if (file) plain.push(file);
    }
  }
  const found = await Promise.all(entries.map((entry) => filesOfEntry(entry)));
  return [...plain, ...found.flat()];
}

async function filesOfEntry(entry: FileSystemEntry): Promise<File[]> {
  if (HIDDEN.test(entry.name)) return [];
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [withPath(file, entry.fullPath.replace(/^\/+/, ""))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  // A reader hands out a folder in parts, and an empty one at its end.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return files;
    for (const child of part) files.push(...(await filesOfEntry(child)));
  }
}

/** The picker tells a file's path below the chosen folder; a drop has to be told it. */
function withPath(file: File, path: string): File {
  if (path.includes("/")) Object.defineProperty(file, "webkitRelativePath", { value: path });
  return file;
}

export function withoutHidden(files: Iterable<File>): File[] {
  return [...files].filter(
    ({ name, webkitRelativePath }) =>
      ![name, ...webkitRelativePath.split("/")].some((part) => HIDDEN.test(part)),
  );
}
