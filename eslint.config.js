import neostandard from 'neostandard'

// What needs types is oxlint's part, see .oxlintrc.json: here it would take a minute more.
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
    files: ['**/*.{ts,tsx}'],
    rules: {
      // A schema and its type share a name; the compiler reports everything else.
      '@typescript-eslint/no-redeclare': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }]
    }
  }
]
