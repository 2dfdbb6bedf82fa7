import { LandingPage } from "@/features/landing/landing-page";

export default function Page() {
  return <LandingPage />;
}
