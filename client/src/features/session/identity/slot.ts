/** Where a page wants the provider's own form: its code lives outside the page, so that a page without it does not load it. */
export type Form = "sign-in" | "sign-up";

export interface Slot {
  form: Form;
  element: HTMLElement;
}

let slot: Slot | null = null;
const listeners = new Set<() => void>();

export const formSlot = {
  get: () => slot,
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  set: (next: Slot | null) => {
    slot = next;
    listeners.forEach((listener) => listener());
  },
};
