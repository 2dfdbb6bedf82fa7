import { connection } from "./connection";
import { ApiError, ConnectionLost } from "./errors";

const TRIES = 4;
const PATIENT_TRIES = 60;
const DEFAULT_PAUSE_S = 5;
const LONGEST_PAUSE_S = 60;

interface Patience {
  signal: AbortSignal;
  /** Called with true when the server asks for patience, and with false when it is asked again. */
  onPause: (paused: boolean) => void;
}

/** Again and again while the server cannot be reached or asks for patience; other failures are final. */
export async function untilAnswered<Result>(
  attempt: () => Promise<Result>,
  { signal, onPause }: Patience,
): Promise<Result> {
  let losses = 0;
  let pauses = 0;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof ApiError && error.status === 429 && pauses < PATIENT_TRIES) {
        pauses += 1;
        onPause(true);
        await pause(Math.min(error.retryAfterS ?? DEFAULT_PAUSE_S, LONGEST_PAUSE_S) * 1000, signal);
        onPause(false);
      } else if (error instanceof ConnectionLost && losses < TRIES - 1) {
        losses += 1;
        connection.reportLost();
        await connectionBack();
      } else throw error;
    }
  }
}

/** Ends early when the work is taken back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new DOMException("It was taken back.", "AbortError"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}

function connectionBack(): Promise<void> {
  return new Promise((resolve) => {
    if (!connection.isLost()) {
      resolve();
      return;
    }
    const stop = connection.subscribe(() => {
      if (connection.isLost()) return;
      stop();
      resolve();
    });
  });
}
