"use client";

import { Pencil, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState, type ReactNode } from "react";

import { AlertDialog } from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogFooter } from "@/components/ui/dialog";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { toast } from "@/components/ui/toast";
import { sentenceOf } from "@/lib/api/errors";
import type { Chat } from "@/lib/api/types";
import { routes } from "@/lib/routes";
import { usePathIds } from "@/lib/use-path-ids";

import { useDeleteChat, useRenameChat } from "./queries";

const MAX_TITLE_CHARACTERS = 200;

type Open = "rename" | "delete" | null;

/** Rename or delete a chat. The child is the button that opens the menu. */
export function ChatMenu({ chat, children }: { chat: Chat; children: ReactNode }) {
  const [open, setOpen] = useState<Open>(null);
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>{children}</DropdownMenuTrigger>
        <DropdownMenuContent>
          <DropdownMenuItem onSelect={() => setOpen("rename")}>
            <Pencil aria-hidden /> Rename
          </DropdownMenuItem>
          <DropdownMenuItem danger onSelect={() => setOpen("delete")}>
            <Trash2 aria-hidden /> Delete
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <RenameDialog chat={chat} open={open === "rename"} onClose={() => setOpen(null)} />
      <DeleteDialog chat={chat} open={open === "delete"} onClose={() => setOpen(null)} />
    </>
  );
}

interface ChatDialogProps {
  chat: Chat;
  open: boolean;
  onClose: () => void;
}

function RenameDialog({ chat, open, onClose }: ChatDialogProps) {
  return (
    <Dialog open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <DialogContent title="Rename the chat">
        <RenameForm chat={chat} onClose={onClose} />
      </DialogContent>
    </Dialog>
  );
}

function RenameForm({ chat, onClose }: Omit<ChatDialogProps, "open">) {
  const rename = useRenameChat(chat.id);
  const [title, setTitle] = useState(chat.title);
  const wanted = title.trim();
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted === "") return;
        if (wanted === chat.title) onClose();
        else rename.mutate(wanted, { onSuccess: onClose });
      }}
    >
      <Field label="Title" error={rename.isError ? sentenceOf(rename.error) : undefined}>
        {(control) => (
          <Input
            {...control}
            dir="auto"
            value={title}
            maxLength={MAX_TITLE_CHARACTERS}
            onChange={(event) => setTitle(event.target.value)}
          />
        )}
      </Field>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" busy={rename.isPending} disabled={wanted === ""}>
          Rename
        </Button>
      </DialogFooter>
    </form>
  );
}

function DeleteDialog({ chat, open, onClose }: ChatDialogProps) {
  const router = useRouter();
  const { itemId } = usePathIds();
  const remove = useDeleteChat(chat.project_id, chat.id);
  return (
    <AlertDialog
      open={open}
      onOpenChange={(next) => (next ? undefined : onClose())}
      title="Delete this chat?"
      description={
        <p>
          <bdi className="font-medium break-words text-foreground">{chat.title}</bdi> goes with all its
          questions, answers and ratings. The documents stay. This cannot be undone.
        </p>
      }
      action="Delete the chat"
      busy={remove.isPending}
      error={remove.isError ? sentenceOf(remove.error) : undefined}
      onConfirm={() =>
        remove.mutate(undefined, {
          onSuccess: () => {
            onClose();
            toast.success("The chat is deleted.");
            if (itemId === chat.id) router.replace(routes.chats(chat.project_id));
          },
        })
      }
    />
  );
}
