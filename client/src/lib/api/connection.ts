/** Whether the server answers. Requests report what they see; while it does not answer, it is asked again and again. */

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 8000;

let lost = false;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function set(next: boolean) {
  if (lost === next) return;
  lost = next;
  listeners.forEach((listener) => listener());
}

async function probe(waitMs: number): Promise<void> {
  try {
    const response = await fetch("/api/config", { cache: "no-store" });
    if (response.status < 500) {
      set(false);
      return;
    }
  } catch {
    // Still away: ask again, less often.
  }
  schedule(Math.min(waitMs * 1.6, LONGEST_WAIT_MS));
}

function schedule(waitMs: number) {
  clearTimeout(timer);
  timer = setTimeout(() => void probe(waitMs), waitMs);
}

export const connection = {
  isLost: () => lost,
  reportLost() {
    if (lost) return;
    set(true);
    schedule(FIRST_WAIT_MS);
  },
  reportAnswer() {
    clearTimeout(timer);
    set(false);
  },
  tryNow: () => {
    clearTimeout(timer);
    void probe(FIRST_WAIT_MS);
  },
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};
