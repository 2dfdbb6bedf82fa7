"use client";

import { CircleAlert } from "lucide-react";
import { useState, type SyntheticEvent } from "react";

import { Button } from "@/components/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import { toast } from "@/components/ui/toast";
import { counted } from "@/lib/format";
import { useDraft } from "@/lib/use-draft";

import { pageAddresses } from "./page-addresses";
import { useAddPages, type RefusedPage } from "./queries";

interface AddPagesDialogProps {
  projectId: string;
  onClose: () => void;
}

/** Adds web pages by their addresses. What the server refuses stays in the field, with its reason. */
export function AddPagesDialog({ projectId, onClose }: AddPagesDialogProps) {
  const add = useAddPages(projectId);
  const [text, setText] = useDraft(`pages:${projectId}`);
  const [refused, setRefused] = useState<readonly RefusedPage[]>([]);
  const { addresses, wrong } = pageAddresses(text);
  const [first] = wrong;
  const error = first === undefined ? undefined : `“${first.slice(0, 80)}” is no address of a web page.`;

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (addresses.length === 0 || wrong.length > 0 || add.isPending) return;
    add.mutate(addresses, {
      onSuccess: (failures) => {
        setRefused(failures);
        setText(failures.map(({ address }) => address).join("\n"));
        const taken = addresses.length - failures.length;
        if (taken > 0) toast.success(`${counted(taken, "page is", "pages are")} being fetched.`);
        if (failures.length === 0) onClose();
      },
    });
  }

  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent
        title="Add web pages"
        description="Each page is fetched once and read like a document. A page that is here already is fetched again."
      >
        <form onSubmit={submit} className="grid gap-4">
          <Field label="Addresses" help="One a line." error={error}>
            {(control) => (
              <Textarea
                {...control}
                autoFocus
                rows={4}
                spellCheck={false}
                inputMode="url"
                value={text}
                placeholder="https://docs.example/guide"
                className="font-mono text-sm"
                onChange={(event) => {
                  setText(event.target.value);
                  setRefused([]);
                }}
              />
            )}
          </Field>
          {refused.length > 0 ? (
            <ul
              role="alert"
              className="grid max-h-48 gap-2 overflow-y-auto rounded-lg bg-danger-soft p-3 text-sm"
            >
              {refused.map(({ address, reason }) => (
                <li key={address} className="flex gap-2">
                  <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-danger-text" />
                  <span className="min-w-0">
                    <bdi className="block truncate font-medium">{address}</bdi>
                    <span className="break-words text-danger-text">{reason}</span>
                  </span>
                </li>
              ))}
            </ul>
          ) : null}
          <DialogFooter>
            <DialogClose asChild>
              <Button>Cancel</Button>
            </DialogClose>
            <Button
              type="submit"
              variant="primary"
              busy={add.isPending}
              disabled={addresses.length === 0 || wrong.length > 0}
            >
              {addresses.length > 1 ? `Add ${counted(addresses.length, "page", "pages")}` : "Add page"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
