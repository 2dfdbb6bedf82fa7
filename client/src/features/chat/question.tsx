"use client";

import { Pencil } from "lucide-react";
import { memo, useState } from "react";

import { Button } from "@/components/ui/button";
import { Tooltip } from "@/components/ui/tooltip";

import { CopyButton } from "./copy-button";
import { draftKeys, readDraft, writeDraft } from "./drafts";
import { QuestionField } from "./question-field";
import type { Row } from "./rows";

const FOLDED_CHARACTERS = 900;

interface QuestionProps {
  row: Row;
  busy: boolean;
  /** How many messages follow it, which go when it is asked again. */
  following: number;
  onEdit: (question: string, replaces: string) => void;
}

export const Question = memo(function Question({ row, busy, following, onEdit }: QuestionProps) {
  const { id, content } = row;
  const [editing, setEditing] = useState(() => id !== null && readDraft(draftKeys.edit(id)) !== "");
  const [unfolded, setUnfolded] = useState(false);
  if (editing && id && !busy) {
    return (
      <EditQuestion
        messageId={id}
        following={following}
        onCancel={() => {
          writeDraft(draftKeys.edit(id), "");
          setEditing(false);
        }}
        onSend={(question) => {
          setEditing(false);
          onEdit(question, id);
        }}
      />
    );
  }
  const folded = content.length > FOLDED_CHARACTERS && !unfolded;
  return (
    <article aria-label="Question" className="group/question flex items-end justify-end gap-1">
      <div className="flex shrink-0 opacity-0 transition-opacity group-focus-within/question:opacity-100 group-hover/question:opacity-100 pointer-coarse:opacity-100">
        <CopyButton text={content} label="Copy the question" />
        {id ? (
          <Tooltip content="Edit and ask again">
            <Button
              variant="quiet"
              size="icon-sm"
              aria-label="Edit and ask again"
              disabled={busy}
              onClick={() => {
                writeDraft(draftKeys.edit(id), content);
                setEditing(true);
              }}
            >
              <Pencil aria-hidden />
            </Button>
          </Tooltip>
        ) : null}
      </div>
      <div className="max-w-[85%] min-w-0 rounded-xl rounded-br-sm bg-accent px-4 py-2.5">
        <p dir="auto" className="leading-relaxed [overflow-wrap:anywhere] whitespace-pre-wrap">
          {folded ? `${content.slice(0, FOLDED_CHARACTERS).trimEnd()}…` : content}
        </p>
        {content.length > FOLDED_CHARACTERS ? (
          <Button
            variant="link"
            size="inline"
            className="mt-1 text-sm"
            aria-expanded={!folded}
            onClick={() => setUnfolded(folded)}
          >
            {folded ? "Show all of it" : "Show less"}
          </Button>
        ) : null}
      </div>
    </article>
  );
});

interface EditQuestionProps {
  messageId: string;
  following: number;
  onCancel: () => void;
  onSend: (question: string) => void;
}

function EditQuestion({ messageId, following, onCancel, onSend }: EditQuestionProps) {
  return (
    <QuestionField
      draftKey={draftKeys.edit(messageId)}
      label="Edit the question"
      autoFocus
      onSend={onSend}
      onCancel={onCancel}
      hint={following > 1 ? "This question and what follows it give way to the new one." : undefined}
    />
  );
}
