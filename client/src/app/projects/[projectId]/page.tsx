import { ProjectEntry } from "@/features/projects/project-entry";

export default function Page() {
  return <ProjectEntry />;
}
