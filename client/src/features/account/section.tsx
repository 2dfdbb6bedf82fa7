import { useId, type ReactNode } from "react";

interface SectionProps {
  title: string;
  help?: ReactNode;
  children: ReactNode;
}

export function Section({ title, help, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid gap-4 border-t pt-6">
      <div>
        <h2 id={id} className="font-semibold tracking-tight">
          {title}
        </h2>
        {help ? <p className="mt-1 text-sm text-muted-foreground">{help}</p> : null}
      </div>
      {children}
    </section>
  );
}
