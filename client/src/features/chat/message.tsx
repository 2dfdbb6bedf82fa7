"use client";

import { Answer, type AnswerProps } from "./answer";
import { Question } from "./question";

export interface MessageProps extends AnswerProps {
  /** How many messages follow it. */
  following: number;
  onEdit: (question: string, replaces: string) => void;
}

export function Message({ following, onEdit, ...answer }: MessageProps) {
  return answer.row.role === "user" ? (
    <Question row={answer.row} busy={answer.busy} following={following} onEdit={onEdit} />
  ) : (
    <Answer {...answer} />
  );
}
