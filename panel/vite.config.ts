import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const api = process.env.ISPBOT_PANEL_API ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: api, ws: true, changeOrigin: false } },
  },
  build: {
    target: "es2022",
    // light-dark() is used as it is: all of these know it since 2024.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // Only React apart: more groups drag lazy code into the first load.
      output: {
        codeSplitting: { groups: [{ name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ }] },
      },
    },
  },
  test: {
    environment: "happy-dom",
    setupFiles: ["src/test-setup.ts"],
    css: false,
  },
});
