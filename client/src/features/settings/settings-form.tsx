"use client";

import { useId, type ReactNode } from "react";

import { Badge } from "@/components/ui/badge";
import { Label } from "@/components/ui/label";
import { Switch } from "@/components/ui/switch";
import { cn } from "@/lib/cn";
import { formatPercent } from "@/lib/format";

import { NumberSetting } from "./number-setting";
import { AGENTS, AVAILABLE, isHybrid, numbersOf, STRATEGIES, type Settings } from "./setting-fields";

interface SettingsFormProps {
  settings: Settings;
  embeddingModel: string;
  onChange: (settings: Settings) => void;
}

export function SettingsForm({ settings, embeddingModel, onChange }: SettingsFormProps) {
  return (
    <div className="grid gap-8">
      <Choices
        legend="How to search"
        name="rag_strategy"
        choices={STRATEGIES}
        available={AVAILABLE.strategies}
        value={settings.rag_strategy}
        onChange={(rag_strategy) => onChange({ ...settings, rag_strategy })}
      />
      <Group title="How much">
        {numbersOf(settings.rag_strategy).map((field) => (
          <NumberSetting
            key={field.name}
            field={field}
            value={settings[field.name]}
            onChange={(value) => onChange({ ...settings, [field.name]: value })}
          />
        ))}
        {isHybrid(settings.rag_strategy) ? <Balance settings={settings} onChange={onChange} /> : null}
        <Reranking settings={settings} onChange={onChange} />
      </Group>
      <Choices
        legend="What to answer from"
        name="agent_type"
        choices={AGENTS}
        available={AVAILABLE.agents}
        value={settings.agent_type}
        onChange={(agent_type) => onChange({ ...settings, agent_type })}
      />
      <Group title="Embedding model">
        <p className="text-sm text-muted-foreground">
          <code className="rounded-sm bg-muted px-1.5 py-0.5 font-mono text-[0.8125rem] text-foreground">
            {embeddingModel}
          </code>{" "}
          turns passages and questions into the vectors that are compared. It is set for the whole
          installation.
        </p>
      </Group>
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid gap-5">
      <h2 id={id} className="font-semibold tracking-tight">
        {title}
      </h2>
      {children}
    </section>
  );
}

interface ChoicesProps<Value extends string> {
  legend: string;
  name: string;
  choices: readonly { value: Value; name: string; help: string }[];
  available: readonly Value[];
  value: Value;
  onChange: (value: Value) => void;
}

function Choices<Value extends string>({
  legend,
  name,
  choices,
  available,
  value,
  onChange,
}: ChoicesProps<Value>) {
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-3 font-semibold tracking-tight">{legend}</legend>
      {choices.map((choice) => {
        const enabled = available.includes(choice.value);
        const current = choice.value === value;
        return (
          <label
            key={choice.value}
            className={cn(
              "flex gap-3 rounded-lg border bg-surface p-3.5 transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring",
              current && "border-primary bg-primary-soft/50",
              enabled ? "cursor-pointer hover:border-input" : "bg-transparent",
            )}
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={current}
              disabled={!enabled && !current}
              onChange={() => onChange(choice.value)}
              className="mt-0.5 size-4 shrink-0 accent-primary focus-visible:outline-none"
            />
            <span className="grid gap-0.5">
              <span
                className={cn(
                  "flex flex-wrap items-center gap-2 text-sm font-medium",
                  !enabled && "text-muted-foreground",
                )}
              >
                {choice.name}
                {enabled ? null : <Badge>Not in this version</Badge>}
              </span>
              <span className="text-sm text-muted-foreground">{choice.help}</span>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

function Balance({ settings, onChange }: Pick<SettingsFormProps, "settings" | "onChange">) {
  const { vector_weight: vector, keyword_weight: keyword } = settings;
  const share = vector + keyword > 0 ? vector / (vector + keyword) : 0.5;
  return (
    <NumberSetting
      field={{
        name: "vector_weight",
        label: "Weight of meaning",
        help: `Meaning counts ${formatPercent(share)}, exact words ${formatPercent(1 - share)}. Give words more where names and numbers matter.`,
        min: 0,
        max: 1,
        step: 0.05,
        digits: 2,
      }}
      value={share}
      onChange={(next) =>
        onChange({ ...settings, vector_weight: next, keyword_weight: Math.round((1 - next) * 100) / 100 })
      }
    />
  );
}

function Reranking({ settings, onChange }: Pick<SettingsFormProps, "settings" | "onChange">) {
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-4">
      <div className="grid gap-0.5">
        <Label
          htmlFor={id}
          className={cn("flex flex-wrap items-center gap-2", !AVAILABLE.reranking && "text-muted-foreground")}
        >
          Rank a second time
          {AVAILABLE.reranking ? null : <Badge>Not in this version</Badge>}
        </Label>
        <p id={`${id}-help`} className="text-sm text-muted-foreground">
          A closer look at the best passages puts them in a better order. Slower.
        </p>
      </div>
      <Switch
        id={id}
        aria-describedby={`${id}-help`}
        checked={settings.use_reranking}
        disabled={!AVAILABLE.reranking && !settings.use_reranking}
        onCheckedChange={(use_reranking) => onChange({ ...settings, use_reranking })}
      />
    </div>
  );
}
