"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { BookOpen } from "lucide-react";
import { useRouter } from "next/navigation";

import { Button, type ButtonProps } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";
import { uploads } from "@/features/documents/uploads";
import { api, bodyOf } from "@/lib/api/client";
import { sentenceOf } from "@/lib/api/errors";
import { routes } from "@/lib/routes";

import { projectKeys } from "./queries";
import { handbookFiles, SAMPLE } from "./sample";

/** Makes the sample project and leads to its documents, which can be watched as they are read. */
export function SampleProjectButton({ size }: Pick<ButtonProps, "size">) {
  const router = useRouter();
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: async () => {
      const files = await handbookFiles();
      const project = await bodyOf(
        api.POST("/api/projects", { body: { name: SAMPLE.name, description: SAMPLE.description } }),
      );
      uploads.add(project.id, files);
      return project;
    },
    onSuccess: (project) => {
      void client.invalidateQueries({ queryKey: projectKeys.all, exact: true });
      router.push(routes.documents(project.id));
    },
    onError: (error) => toast.error(sentenceOf(error)),
  });
  return (
    <Button size={size} busy={make.isPending || make.isSuccess} onClick={() => make.mutate()}>
      <BookOpen aria-hidden /> Open the sample project
    </Button>
  );
}
