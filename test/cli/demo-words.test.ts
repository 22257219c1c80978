import { expect, it } from 'vitest';
import { closingWords } from '../../src/cli/demo-words.ts';

it('on the host the demo names the folder from where the reader stands, and npx', () => {
  const words = closingWords({ folder: '/home/a/data/demo', cwd: '/home/a', inContainer: false });
  expect(words).toContain('The files are in data/demo, each');
  expect(words).toContain('\n  npx vortex download GOLD ');
});

it('in a container the demo names the mount and docker run: the reader sits at the host and has no npx vortex', () => {
  const words = closingWords({ folder: '/data/demo', cwd: '/app', inContainer: true });
  expect(words).toContain('/data/demo of the container');
  expect(words).toContain('\n  docker run --rm -v "$PWD/data:/data" vortex download GOLD ');
  expect(words).not.toContain('npx');
  expect(words).not.toContain('../');
});
