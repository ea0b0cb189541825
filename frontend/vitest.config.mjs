import { defineConfig } from "vitest/config";

// Home's time zone, whatever that of the machine.
process.env.TZ = "Europe/Paris";

export default defineConfig({
  test: {
    environment: "happy-dom",
    include: ["test/**/*.test.ts"],
    maxWorkers: 1,
    setupFiles: ["test/setup.ts"],
  },
});
