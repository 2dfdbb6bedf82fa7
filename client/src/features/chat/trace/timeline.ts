import type { StageView } from "./read-trace";

export interface Bar {
  stage: StageView;
  /** In shares of the whole time. */
  left: number;
  width: number;
}

export interface Timeline {
  totalMs: number;
  bars: Bar[];
  ticks: { ms: number; left: number }[];
}

const NARROWEST = 0.006;
const MOST_TICKS = 5;

/** The stages on one axis. A step that never ended reaches to the end of what is known. */
export function timelineOf(stages: readonly StageView[], totalMs: number | null): Timeline {
  const ends = stages.map(({ startMs, durationMs }) => startMs + (durationMs ?? 0));
  const whole = Math.max(1, totalMs ?? 0, ...ends);
  const bars = stages.map((stage) => {
    const left = Math.min(1 - NARROWEST, Math.max(0, stage.startMs / whole));
    const share = (stage.durationMs ?? whole - stage.startMs) / whole;
    return { stage, left, width: Math.min(1 - left, Math.max(NARROWEST, share)) };
  });
  return { totalMs: whole, bars, ticks: ticksOf(whole) };
}

/** Round numbers (1, 2 or 5 times a power of ten) that divide the axis. */
function ticksOf(whole: number): Timeline["ticks"] {
  const rough = whole / MOST_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const count = Math.floor(whole / step + 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => ({
    ms: index * step,
    left: (index * step) / whole,
  }));
}
