import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const globalsOf = (names) => Object.fromEntries(names.split(' ').map((name) => [name, 'readonly']));

export default tseslint.config(
  { ignores: ['dist', 'coverage', '.data', 'web/src/api/schema.d.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'max-lines': ['error', 200],
      'max-lines-per-function': ['error', 50],
      'max-params': ['error', 5],
      'no-console': 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { 'max-lines': ['error', 300], 'max-lines-per-function': 'off' },
  },
  { files: ['web/src/**/*.{ts,tsx}'], extends: [reactHooks.configs.flat.recommended] },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', globalThis: 'readonly' } },
  },
  {
    files: ['examples/**/*.{js,mjs}'],
    languageOptions: {
      globals: globalsOf('AbortSignal console crypto fetch performance setTimeout Buffer URL'),
    },
  },
  {
    files: ['examples/page-on-subdomain/*.js'],
    languageOptions: { globals: globalsOf('document localStorage navigator') },
  },
  prettier,
  // After `prettier`, which turns the rule off. Prettier wraps code, but not comments.
  {
    rules: { 'max-len': ['error', { code: 10_000, comments: 100, ignoreUrls: true }] },
  },
);
