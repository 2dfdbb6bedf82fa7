"use client";

import { Eye, EyeOff } from "lucide-react";
import { useEffect, useRef, useState, type SyntheticEvent } from "react";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { ApiError, sentenceOf } from "@/lib/api/errors";

import type { Credentials } from "./queries";

interface CredentialsFormProps {
  action: string;
  newAccount: boolean;
  busy: boolean;
  error: unknown;
  /** What to say where the server only says that it is not so. */
  refusal?: string;
  onSubmit: (credentials: Credentials) => void;
}

export function CredentialsForm({
  action,
  newAccount,
  busy,
  error,
  refusal,
  onSubmit,
}: CredentialsFormProps) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const emailInput = useRef<HTMLInputElement>(null);
  const fields = error instanceof ApiError ? error.fields : {};
  const refused = error instanceof ApiError && error.status === 401 ? refusal : undefined;
  const general = error && Object.keys(fields).length === 0 ? (refused ?? sentenceOf(error)) : undefined;

  useEffect(() => emailInput.current?.focus(), []);

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (!busy) onSubmit({ email: email.trim(), password });
  }

  return (
    <form onSubmit={submit} className="grid gap-4">
      <Field label="E-mail" error={fields.email}>
        {(control) => (
          <Input
            {...control}
            ref={emailInput}
            type="email"
            name="email"
            autoComplete="username"
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            className="h-10"
          />
        )}
      </Field>
      <Field
        label="Password"
        error={fields.password}
        help={newAccount ? "At least 8 characters. A few words you can remember do well." : undefined}
      >
        {(control) => (
          <div className="relative">
            <Input
              {...control}
              type={shown ? "text" : "password"}
              name="password"
              autoComplete={newAccount ? "new-password" : "current-password"}
              required
              minLength={newAccount ? 8 : undefined}
              maxLength={200}
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              className="h-10 pr-11"
            />
            <Button
              variant="quiet"
              size="icon-sm"
              className="absolute top-1 right-1"
              aria-label={shown ? "Hide the password" : "Show the password"}
              aria-pressed={shown}
              onClick={() => setShown(!shown)}
            >
              {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
            </Button>
          </div>
        )}
      </Field>
      {general ? (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-sm text-danger-text">
          {general}
        </p>
      ) : null}
      <Button type="submit" variant="primary" size="lg" busy={busy} className="mt-1">
        {action}
      </Button>
    </form>
  );
}
