import type { NextConfig } from "next";

// One code base, two outputs: files for the Python server, or a Node server that stands alone and passes /api on.
const standalone = process.env.OPENTRACE_CLIENT_OUTPUT === "standalone";

const config: NextConfig = {
  // A folder each, so that neither build takes away what the other has made.
  distDir: standalone ? ".next-standalone" : ".next",
  output: standalone ? "standalone" : "export",
  // Files that only the Node server can run end in `.standalone.ts` and do not exist for the export.
  pageExtensions: standalone ? ["standalone.ts", "tsx", "ts"] : ["tsx", "ts"],
  trailingSlash: true,
  // A request to /api must not be redirected to a path with a slash at its end.
  skipTrailingSlashRedirect: standalone,
  env: { OPENTRACE_CLIENT_OUTPUT: standalone ? "standalone" : "export" },
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  // A build has no development packages, so it leaves the tests' types to `npm run types`.
  typescript: { tsconfigPath: standalone ? "tsconfig.standalone.json" : "tsconfig.build.json" },
  poweredByHeader: false,
  devIndicators: false,
  images: { unoptimized: true },
  experimental: { optimizePackageImports: ["lucide-react", "radix-ui"] },
};

export default config;
