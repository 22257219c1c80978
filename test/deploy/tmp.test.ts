import { test } from 'vitest';
import { render } from './kustomize.ts';
import { clusterProblems } from './cluster.ts';
import { OVERLAYS } from './overlays.ts';
test('x', () => {
  console.log(OVERLAYS.flatMap((o) => clusterProblems(render(o))).slice(0,40));
});
