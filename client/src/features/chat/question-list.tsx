import { Button } from "@/components/ui/button";

interface QuestionListProps {
  label: string;
  questions: readonly string[];
  disabled?: boolean;
  onAsk: (question: string) => void;
}

/** Questions that can be asked with one click. */
export function QuestionList({ label, questions, disabled = false, onAsk }: QuestionListProps) {
  if (questions.length === 0) return null;
  return (
    <ul aria-label={label} className="flex flex-wrap gap-2">
      {questions.map((question) => (
        <li key={question} className="max-w-full">
          <Button
            size="sm"
            className="h-auto min-h-8 max-w-full rounded-full py-1.5 text-left font-normal whitespace-normal"
            disabled={disabled}
            onClick={() => onAsk(question)}
          >
            <bdi className="min-w-0 break-words">{question}</bdi>
          </Button>
        </li>
      ))}
    </ul>
  );
}
