import neostandard from 'neostandard'
import tseslint from 'typescript-eslint'

const typed = ['server/**/*.ts', 'db/**/*.ts', 'scripts/**/*.ts', 'test/**/*.ts', 'web/**/*.{ts,tsx}']

export default [
  { ignores: ['**/dist/', 'data/', 'coverage/', 'db/migrations/', '.tap/', '**/*.d.ts'] },
  // Without JSX: those rules are about React, and the pages use Preact.
  ...neostandard({ ts: true, noJsx: true, filesTs: ['**/*.tsx'], env: ['node', 'browser'] }),
  {
    rules: {
      // `void promise` is how a promise is left alone on purpose.
      'no-void': ['error', { allowAsStatement: true }]
    }
  },
  {
    files: typed,
    // Tool configurations belong to no tsconfig.
    ignores: ['web/vite.config.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname }
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      // A schema and its type share a name; the compiler reports everything else.
      '@typescript-eslint/no-redeclare': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }]
    }
  },
  {
    // A subtest's promise is awaited by its parent test.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', {
        allowForKnownSafeCalls: [{ from: 'package', package: '@tapjs/test', name: 'test' }, { from: 'package', package: '@tapjs/core', name: 'test' }]
      }]
    }
  }
]
