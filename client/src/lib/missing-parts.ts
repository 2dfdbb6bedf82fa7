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

  /** Runs `load`, and runs it again while it fails. Returns how to give up. */
  function keepLoading(load: Load) {
    let wanted = true;
    const part: Load = () =>
      load().catch((error: unknown) => {
        if (wanted) throw error;
      });
    void attempt(part);
    return () => {
      wanted = false;
      if (missing.includes(part)) set(missing.filter((other) => other !== part));
    };
  }

  return {
    anyMissing: () => missing.length > 0,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    load: keepLoading,
    /** What `load` brings, however often it has to be asked for; rejects with the reason of `signal` once that gives up. */
    arrival: <Value>(load: () => Promise<Value>, signal: AbortSignal) =>
      new Promise<Value>((resolve, reject) => {
        const giveUp = keepLoading(async () => resolve(await load()));
        signal.addEventListener("abort", () => {
          giveUp();
          reject(signal.reason as Error);
        });
      }),
    retry,
  };
}
