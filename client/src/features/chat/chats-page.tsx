"use client";

import { useQueryClient } from "@tanstack/react-query";
import { FileUp, MessagesSquare } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";

import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";
import { DocumentPicker } from "@/features/documents/document-picker";
import { movePicked, usePicked } from "@/features/documents/use-picked";
import { useProject } from "@/features/projects/queries";
import { questionsToTry } from "@/features/projects/sample";
import { sentenceOf } from "@/lib/api/errors";
import { counted } from "@/lib/format";
import { routes } from "@/lib/routes";
import { usePathIds } from "@/lib/use-path-ids";

import { ChatBar } from "./chat-bar";
import { ChatFootnote } from "./chat-footnote";
import { usePreparedChat } from "./chat-parts";
import { draftKeys, moveDraft } from "./drafts";
import { liveAnswerOf } from "./live-answers";
import { useCreateChat } from "./queries";
import { QuestionField } from "./question-field";
import { QuestionList } from "./question-list";

/** A new chat: it begins with its first question. */
export function ChatsPage() {
  usePreparedChat();
  const { projectId } = usePathIds();
  const project = useProject(projectId).data;
  const client = useQueryClient();
  const router = useRouter();
  const create = useCreateChat(projectId);
  const newChat = `new-chat:${projectId}`;
  const [picked, pick] = usePicked(newChat);

  const begin = async (question: string, written: boolean) => {
    try {
      const chat = await create.mutateAsync();
      const draftKey = written ? draftKeys.chat(chat.id) : null;
      if (draftKey) moveDraft(draftKeys.newChat(projectId), draftKey);
      movePicked(newChat, `chat:${chat.id}`);
      const documentIds = picked.map(({ id }) => id);
      void liveAnswerOf(client, chat.id).ask({ question, replaces: null, draftKey, documentIds });
      router.push(routes.chat(projectId, chat.id));
    } catch (error) {
      toast.error(sentenceOf(error));
    }
  };
  const empty = project?.document_count === 0;
  return (
    <>
      <div className="lg:hidden">
        <ChatBar chat={undefined} />
      </div>
      <div className="flex min-h-0 flex-1 flex-col items-center justify-center gap-8 overflow-y-auto px-3 py-8 sm:px-6">
        <div className="grid max-w-xl justify-items-center gap-3 text-center">
          <span className="grid size-12 place-items-center rounded-full bg-primary-soft text-primary-text">
            <MessagesSquare aria-hidden className="size-5.5" />
          </span>
          <h1 className="font-serif text-3xl tracking-tight text-balance">
            {empty ? "First, something to ask about" : "What would you like to know?"}
          </h1>
          <p className="text-pretty text-muted-foreground">
            {empty
              ? "This project has no documents yet. Add some, and every answer will lead to the passage that it comes from."
              : `Answers come from ${project ? counted(project.document_count, "document", "documents") : "the documents"} of this project. Every one leads to the passage that it comes from.`}
          </p>
          {empty ? (
            <Button asChild variant="primary" className="mt-2">
              <Link href={routes.documents(projectId)}>
                <FileUp aria-hidden />
                Add documents
              </Link>
            </Button>
          ) : null}
        </div>
        <div className="grid w-full max-w-2xl gap-4">
          <QuestionField
            draftKey={draftKeys.newChat(projectId)}
            label="Your question"
            placeholder="Ask your documents"
            autoFocus={!empty}
            busy={create.isPending}
            hint={<ChatFootnote />}
            tools={empty ? undefined : <DocumentPicker projectId={projectId} picked={picked} onPick={pick} />}
            onSend={(question) => void begin(question, true)}
          />
          <QuestionList
            label="Questions to try"
            questions={empty ? [] : questionsToTry(project)}
            disabled={create.isPending}
            onAsk={(question) => void begin(question, false)}
          />
        </div>
      </div>
    </>
  );
}
