import { clusterProblems } from './cluster.ts';
import { parseManifests } from './kustomize.ts';
import type { Manifest } from './kustomize.ts';
import { KubernetesSchemas } from './schemas.ts';
import { startsOf } from './starts.ts';
import { argumentProblems, settingProblems } from './words.ts';

let schemas: KubernetesSchemas | undefined;

/** What the API server would refuse, one line a problem. */
export function schemaProblems(objects: readonly Manifest[]): string[] {
  schemas ??= new KubernetesSchemas();
  const known = schemas;
  return objects.flatMap((object) => known.check(object));
}

/** What the program says of every start of it. */
export async function startProblems(objects: readonly Manifest[]): Promise<string[]> {
  const found = startsOf(objects).map(async (start) => [
    ...(await argumentProblems(start)),
    ...(await settingProblems(start)),
  ]);
  return (await Promise.all(found)).flat();
}

/** All that is wrong with a rendering; the program is only asked when nothing else is. */
export async function renderingProblems(
  objects: readonly Manifest[],
  extra: readonly Manifest[] = [],
): Promise<string[]> {
  const problems = [...schemaProblems(objects), ...clusterProblems(objects, extra)];
  return problems.length > 0 ? problems : startProblems([...objects, ...extra]);
}

/** The example files, by name. */
export const EXAMPLES = ['secrets', 'ingress', 'ib-gateway-egress'] as const;

/** The objects of an example. */
export const readExample = (name: string): Manifest[] => parseManifests(`deploy/kubernetes/examples/${name}.yaml`);
