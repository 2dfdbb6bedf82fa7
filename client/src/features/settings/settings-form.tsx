"use client";

import { useId, type ReactNode } from "react";

import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import type { ProjectSettings } from "@/lib/api/types";
import { formatPercent } from "@/lib/format";

import { Choices } from "./choices";
import { EmbeddingModel } from "./embedding-model";
import { NumberSetting } from "./number-setting";
import { AGENTS, CHECKS, FUSIONS, LANGUAGES, languageName, numbersOf, STRATEGIES } from "./setting-fields";
import { isHybrid, type Settings } from "./setting-values";
import { SwitchSetting } from "./switch-setting";

interface SettingsFormProps {
  settings: Settings;
  saved: ProjectSettings;
  onChange: (settings: Settings) => void;
}

export function SettingsForm({ settings, saved, onChange }: SettingsFormProps) {
  return (
    <div className="grid gap-10">
      <Choices
        legend="How to search"
        name="rag_strategy"
        choices={STRATEGIES}
        value={settings.rag_strategy}
        onChange={(rag_strategy) => onChange({ ...settings, rag_strategy })}
      />
      {isHybrid(settings.rag_strategy) ? <Words settings={settings} onChange={onChange} /> : null}
      <Group title="How much">
        {numbersOf(settings.rag_strategy).map((field) => (
          <NumberSetting
            key={field.name}
            field={field}
            value={settings[field.name]}
            onChange={(value) => onChange({ ...settings, [field.name]: value })}
          />
        ))}
        <SwitchSetting
          label="Rank a second time"
          help="A closer look at the best passages puts them in a better order. Slower."
          checked={settings.use_reranking}
          onChange={(use_reranking) => onChange({ ...settings, use_reranking })}
        />
      </Group>
      <Choices
        legend="What to answer from"
        name="agent_type"
        choices={AGENTS}
        value={settings.agent_type}
        onChange={(agent_type) => onChange({ ...settings, agent_type })}
      />
      <Group
        title="What not to answer"
        help="A question that a check stops is not answered, and the chat says which check it was. One of more than 2,000 tokens is never answered."
      >
        {CHECKS.map(({ name, label, help }) => (
          <SwitchSetting
            key={name}
            label={label}
            help={help}
            checked={settings[name]}
            onChange={(checked) => onChange({ ...settings, [name]: checked })}
          />
        ))}
      </Group>
      <Group title="Embedding model">
        <EmbeddingModel settings={saved} />
      </Group>
    </div>
  );
}

interface GroupProps {
  title: string;
  help?: string;
  children: ReactNode;
}

function Group({ title, help, children }: GroupProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid gap-5">
      <div className="grid gap-1">
        <h2 id={id} className="font-semibold tracking-tight">
          {title}
        </h2>
        {help ? <p className="text-sm text-muted-foreground">{help}</p> : null}
      </div>
      {children}
    </section>
  );
}

/** What applies only where words are looked for too. */
function Words({ settings, onChange }: Pick<SettingsFormProps, "settings" | "onChange">) {
  const { vector_weight: vector, keyword_weight: keyword } = settings;
  const share = vector + keyword > 0 ? vector / (vector + keyword) : 0.5;
  return (
    <Group title="Meaning and words together">
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
      <Choices
        legend="How the two lists become one"
        name="fusion"
        small
        choices={FUSIONS}
        value={settings.fusion}
        onChange={(fusion) => onChange({ ...settings, fusion })}
      />
      <Field
        label="Language of the documents"
        help="Its word forms count as one word: “ferry” finds “ferries”. Words of other languages are found as they are written. It takes effect once it is saved."
      >
        {(control) => (
          <Select
            {...control}
            className="w-full max-w-xs"
            value={settings.text_configuration}
            options={LANGUAGES.map((value) => ({ value, label: languageName(value) }))}
            onValueChange={(text_configuration) => onChange({ ...settings, text_configuration })}
          />
        )}
      </Field>
    </Group>
  );
}
