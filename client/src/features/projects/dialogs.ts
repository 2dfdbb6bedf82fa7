export { DeleteProjectDialog } from "./delete-project-dialog";
export { ProjectDialog } from "./project-dialog";
