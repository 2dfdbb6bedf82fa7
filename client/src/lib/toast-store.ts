export interface Toast {
  id: number;
  tone: "success" | "error";
  message: string;
}

const SHOWN_MS = { success: 4000, error: 9000 } as const;
const AT_ONCE = 4;

/** The messages that are shown now. Each leaves after a while, unless it is held (the pointer is on it). */
export function createToastStore() {
  let toasts: readonly Toast[] = [];
  let nextId = 1;
  const listeners = new Set<() => void>();
  const timers = new Map<number, ReturnType<typeof setTimeout>>();

  function set(next: readonly Toast[]) {
    toasts = next;
    listeners.forEach((listener) => listener());
  }

  function remove(id: number) {
    hold(id);
    set(toasts.filter((toast) => toast.id !== id));
  }

  function hold(id: number) {
    clearTimeout(timers.get(id));
    timers.delete(id);
  }

  function release(id: number) {
    const toast = toasts.find((candidate) => candidate.id === id);
    if (toast)
      timers.set(
        id,
        setTimeout(() => remove(id), SHOWN_MS[toast.tone]),
      );
  }

  return {
    get: () => toasts,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    add(tone: Toast["tone"], message: string) {
      const id = nextId++;
      const others = toasts.filter((toast) => toast.message !== message).slice(1 - AT_ONCE);
      set([...others, { id, tone, message }]);
      release(id);
    },
    remove,
    hold,
    release,
  };
}
