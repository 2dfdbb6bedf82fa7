"use client";

import { LogOut, Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";

import { AlertDialog } from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { useSignOut } from "@/features/session/queries";
import { AppShell } from "@/features/shell/app-shell";
import { sentenceOf } from "@/lib/api/errors";
import { cn } from "@/lib/cn";
import { setTheme, THEMES, useTheme, type Theme } from "@/lib/theme";

import { ApiKeys } from "./api-keys";
import { Profile } from "./profile";
import { Section } from "./section";

export function AccountPage() {
  return (
    <AppShell>
      <div className="mx-auto grid w-full max-w-3xl gap-10 px-4 py-8 sm:px-6 sm:py-10">
        <h1 className="text-2xl font-semibold tracking-tight">Account</h1>
        <Profile />
        <ThemeChoice />
        <ApiKeys />
        <Sessions />
      </div>
    </AppShell>
  );
}

const THEME_CHOICES: Record<Theme, { name: string; icon: typeof Sun }> = {
  light: { name: "Light", icon: Sun },
  dark: { name: "Dark", icon: Moon },
  system: { name: "As the system", icon: Monitor },
};

function ThemeChoice() {
  const theme = useTheme();
  return (
    <Section title="Theme">
      <div role="radiogroup" aria-label="Theme" className="grid max-w-md grid-cols-3 gap-2">
        {THEMES.map((name) => {
          const { name: label, icon: Icon } = THEME_CHOICES[name];
          return (
            <label
              key={name}
              className={cn(
                "flex cursor-pointer flex-col items-center gap-2 rounded-lg border bg-surface px-2 py-3 text-center text-sm transition-colors hover:border-input has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring",
                theme === name && "border-primary bg-primary-soft/50 font-medium",
              )}
            >
              <input
                type="radio"
                name="theme"
                value={name}
                checked={theme === name}
                onChange={() => setTheme(name)}
                className="sr-only"
              />
              <Icon aria-hidden className="size-5" />
              {label}
            </label>
          );
        })}
      </div>
    </Section>
  );
}

function Sessions() {
  const signOut = useSignOut();
  const [asking, setAsking] = useState(false);
  return (
    <Section title="Sessions">
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => signOut.mutate(false)}>
          <LogOut aria-hidden /> Sign out
        </Button>
        <Button onClick={() => setAsking(true)}>Sign out everywhere…</Button>
      </div>
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        title="Sign out everywhere?"
        description={
          <p>All sessions of your account end, on this and every other device. API keys go on working.</p>
        }
        action="Sign out everywhere"
        busy={signOut.isPending || signOut.isSuccess}
        error={signOut.isError ? sentenceOf(signOut.error) : undefined}
        onConfirm={() => signOut.mutate(true)}
      />
    </Section>
  );
}
