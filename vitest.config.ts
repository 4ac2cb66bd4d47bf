import { defineConfig } from 'vitest/config'

/** The product's own tests. The suites are run against a target by the command line, not from here. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
