"use client";

import { useRouter } from "next/navigation";
import { useState, type SyntheticEvent } from "react";

import { Button } from "@/components/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import { toast } from "@/components/ui/toast";
import { ApiError, sentenceOf } from "@/lib/api/errors";
import type { Project } from "@/lib/api/types";
import { routes } from "@/lib/routes";
import { useDraft } from "@/lib/use-draft";

import { useCreateProject, useUpdateProject } from "./queries";

interface ProjectDialogProps {
  /** The project to change; a new one without. */
  project?: Project;
  onClose: () => void;
}

export function ProjectDialog({ project, onClose }: ProjectDialogProps) {
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent
        title={project ? "Rename or describe" : "New project"}
        description={project ? undefined : "Documents that belong together, and the chats about them."}
      >
        {project ? <ChangeForm project={project} onClose={onClose} /> : <NewForm />}
      </DialogContent>
    </Dialog>
  );
}

function NewForm() {
  const router = useRouter();
  const create = useCreateProject();
  const [name, setName] = useDraft("new-project-name");
  const [description, setDescription] = useDraft("new-project-description");

  return (
    <ProjectForm
      action="Create project"
      name={name}
      description={description}
      onName={setName}
      onDescription={setDescription}
      busy={create.isPending || create.isSuccess}
      error={create.error}
      onSubmit={() =>
        create.mutate(
          { name: name.trim(), description: description.trim() },
          {
            onSuccess: ({ id }) => {
              setName("");
              setDescription("");
              router.push(routes.documents(id));
            },
          },
        )
      }
    />
  );
}

function ChangeForm({ project, onClose }: { project: Project; onClose: () => void }) {
  const update = useUpdateProject(project.id);
  const [name, setName] = useState(project.name);
  const [description, setDescription] = useState(project.description);
  return (
    <ProjectForm
      action="Save"
      name={name}
      description={description}
      onName={setName}
      onDescription={setDescription}
      busy={update.isPending}
      error={update.error}
      onSubmit={() =>
        update.mutate(
          { name: name.trim(), description: description.trim() },
          {
            onSuccess: () => {
              toast.success("The project is saved.");
              onClose();
            },
          },
        )
      }
    />
  );
}

interface ProjectFormProps {
  action: string;
  name: string;
  description: string;
  onName: (name: string) => void;
  onDescription: (description: string) => void;
  busy: boolean;
  error: unknown;
  onSubmit: () => void;
}

function ProjectForm({
  action,
  name,
  description,
  onName,
  onDescription,
  busy,
  error,
  onSubmit,
}: ProjectFormProps) {
  const fields = error instanceof ApiError ? error.fields : {};
  const general = error && Object.keys(fields).length === 0 ? sentenceOf(error) : undefined;

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (!busy && name.trim()) onSubmit();
  }

  return (
    <form onSubmit={submit} className="grid gap-4">
      <Field label="Name" error={fields.name}>
        {(control) => (
          <Input
            {...control}
            value={name}
            maxLength={200}
            required
            placeholder="Annual reports"
            onChange={(event) => onName(event.target.value)}
          />
        )}
      </Field>
      <Field label="Description" error={fields.description} help="Optional. Only you see it.">
        {(control) => (
          <Textarea
            {...control}
            value={description}
            maxLength={2000}
            rows={3}
            onChange={(event) => onDescription(event.target.value)}
          />
        )}
      </Field>
      {general ? (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-sm text-danger-text">
          {general}
        </p>
      ) : null}
      <DialogFooter>
        <DialogClose asChild>
          <Button>Cancel</Button>
        </DialogClose>
        <Button type="submit" variant="primary" busy={busy} disabled={!name.trim()}>
          {action}
        </Button>
      </DialogFooter>
    </form>
  );
}
