#!/usr/bin/env node
// The command line: builds where needed, then runs scripts/cli/main of the build.
process.argv.splice(2, 0, 'scripts/cli/main')
await import('./run.mjs')
