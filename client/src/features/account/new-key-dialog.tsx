"use client";

import { Check, Copy } from "lucide-react";
import { useState, type SyntheticEvent } from "react";

import { Button } from "@/components/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { sentenceOf } from "@/lib/api/errors";

import { useCreateApiKey } from "./queries";

/** Makes a key and shows it, this once. */
export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const create = useCreateApiKey();
  const [name, setName] = useState("");

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (name.trim() && !create.isPending) create.mutate(name.trim());
  }

  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      {create.data ? (
        <DialogContent
          title="Your new API key"
          description="Copy it now: it is shown this once, and nobody can look it up later."
          // A click beside the dialog must not lose the key.
          onInteractOutside={(event) => event.preventDefault()}
        >
          <Secret text={create.data.key} />
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="primary">Done</Button>
            </DialogClose>
          </DialogFooter>
        </DialogContent>
      ) : (
        <DialogContent title="New API key" description="Name it after the program that will use it.">
          <form onSubmit={submit} className="grid gap-4">
            <Field label="Name" error={create.isError ? sentenceOf(create.error) : undefined}>
              {(control) => (
                <Input
                  {...control}
                  value={name}
                  maxLength={200}
                  required
                  placeholder="Backup script"
                  onChange={(event) => setName(event.target.value)}
                />
              )}
            </Field>
            <DialogFooter>
              <DialogClose asChild>
                <Button>Cancel</Button>
              </DialogClose>
              <Button type="submit" variant="primary" busy={create.isPending} disabled={!name.trim()}>
                Create key
              </Button>
            </DialogFooter>
          </form>
        </DialogContent>
      )}
    </Dialog>
  );
}

function Secret({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <div className="flex gap-2">
      <Input
        readOnly
        aria-label="API key"
        value={text}
        className="font-mono text-xs"
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button
        onClick={() => {
          void navigator.clipboard.writeText(text).then(() => setCopied(true));
        }}
      >
        {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
        <span role="status">{copied ? "Copied" : "Copy"}</span>
      </Button>
    </div>
  );
}
