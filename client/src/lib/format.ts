/** Numbers, sizes and times in the reader's own way of writing them. */

const LOCALE = undefined;

const plain = new Intl.NumberFormat(LOCALE);
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

export function formatNumber(value: number, maximumFractionDigits?: number): string {
  if (maximumFractionDigits === undefined) return plain.format(value);
  return new Intl.NumberFormat(LOCALE, {
    maximumFractionDigits,
    minimumFractionDigits: maximumFractionDigits,
  }).format(value);
}

export function formatPercent(share: number): string {
  return new Intl.NumberFormat(LOCALE, { style: "percent" }).format(share);
}

export function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return new Intl.NumberFormat(LOCALE, {
    style: "unit",
    unit: UNITS[power] ?? "byte",
    unitDisplay: power === 0 ? "long" : "short",
    maximumFractionDigits: power < 2 ? 0 : 1,
    // A limit is never said to be larger than it is.
  }).format(power >= 2 && value >= 100 ? Math.floor(value) : value);
}

export function formatDateTime(iso: string): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

export function formatDate(iso: string): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium" }).format(new Date(iso));
}

const STEPS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** "3 minutes ago", in the language of the pages; from a week on, the date. */
export function formatAgo(iso: string, now: number = Date.now()): string {
  const seconds = (now - new Date(iso).getTime()) / 1000;
  if (seconds >= 7 * 86_400) return formatDate(iso);
  const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (seconds >= size) return relative.format(-Math.floor(seconds / size), unit);
  }
  return relative.format(0, "second");
}

export function formatDuration(ms: number): string {
  const [value, unit, digits] =
    ms < 1000 ? ([ms, "millisecond", 0] as const) : ([ms / 1000, "second", 1] as const);
  return new Intl.NumberFormat(LOCALE, {
    style: "unit",
    unit,
    unitDisplay: "narrow",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** An amount in US dollars: small ones with as many digits as say something. */
export function formatDollars(amount: number): string {
  return new Intl.NumberFormat(LOCALE, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    ...(amount > 0 && amount < 0.1 ? { maximumSignificantDigits: 2 } : {}),
  }).format(amount);
}

const plurals = new Intl.PluralRules("en");

/** "1 chunk", "2,431 chunks". */
export function counted(count: number, one: string, many: string): string {
  return `${plain.format(count)} ${plurals.select(count) === "one" ? one : many}`;
}
