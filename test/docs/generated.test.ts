import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { commandsPage, configurationPage } from './pages.ts';

const CHECKOUT = resolve(import.meta.dirname, '../..');

// After a change of commands or settings: npm run docs
it('docs/commands.md is what the program says of its commands', async () => {
  await expect(commandsPage()).toMatchFileSnapshot('../../docs/commands.md');
});

it('docs/configuration.md is what the schemas say of the settings', async () => {
  await expect(configurationPage()).toMatchFileSnapshot('../../docs/configuration.md');
});

const pages = ['README.md', ...readdirSync(join(CHECKOUT, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);

it.each(pages)('%s: every link within the project leads to a file', (page) => {
  const text = readFileSync(join(CHECKOUT, page), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, link]) => link ?? '');
  const dead = links.filter((link) => !existsSync(join(CHECKOUT, dirname(page), link)));
  expect(dead).toEqual([]);
});

it('the index of docs/ names every page', () => {
  const index = readFileSync(join(CHECKOUT, 'docs/README.md'), 'utf8');
  for (const page of pages.filter((name) => name.startsWith('docs/') && name !== 'docs/README.md')) {
    expect(index).toContain(`](${page.slice('docs/'.length)})`);
  }
});
