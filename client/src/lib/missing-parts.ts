export const RETRY_MS = 5000;

type Load = () => Promise<void>;

/** The parts of the page whose code has not arrived. They are asked for again until it has. */
export function createMissingParts() {
  let missing: readonly Load[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<() => void>();

  function set(next: readonly Load[]) {
    missing = next;
    listeners.forEach((listener) => listener());
    clearTimeout(timer);
    timer = missing.length > 0 ? setTimeout(retry, RETRY_MS) : undefined;
  }

  async function attempt(load: Load) {
    try {
      await load();
      if (missing.includes(load)) set(missing.filter((other) => other !== load));
    } catch {
      set([...missing.filter((other) => other !== load), load]);
    }
  }

  function retry() {
    clearTimeout(timer);
    missing.forEach((load) => void attempt(load));
  }

  return {
    anyMissing: () => missing.length > 0,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Runs `load`, and runs it again while it fails. Returns how to give up. */
    load(load: Load) {
      void attempt(load);
      return () => {
        if (missing.includes(load)) set(missing.filter((other) => other !== load));
      };
    },
    retry,
  };
}
