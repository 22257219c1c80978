import { kindOf, nameOf } from './kustomize.ts';
import type { Manifest } from './kustomize.ts';
import { podsOf } from './pods.ts';
import { at, branch, list, text } from './tree.ts';
import type { Tree } from './tree.ts';
import type { Start } from './words.ts';

function dataOf(objects: readonly Manifest[], kind: string, name: string): [string, string][] {
  const object = objects.find((candidate) => kindOf(candidate) === kind && nameOf(candidate) === name);
  const data = { ...branch(at(object ?? null, 'data')), ...branch(at(object ?? null, 'stringData')) };
  return Object.entries(data).map(([key, value]) => [key, text(value)]);
}

/** What the files of a Secret hold: made-up texts under the keys that the Secret or the ExternalSecret has. */
function secretFiles(objects: readonly Manifest[], name: string): [string, string][] {
  const written = objects
    .filter((object) => kindOf(object) === 'ExternalSecret' && text(at(object, 'spec.target.name')) === name)
    .flatMap((object) => list(at(object, 'spec.data')))
    .map((entry): [string, string] => [text(at(entry, 'secretKey')), 'made-up-secret']);
  return [...dataOf(objects, 'Secret', name), ...written];
}

function filesOf(objects: readonly Manifest[], spec: Tree, container: Tree): Record<string, string> {
  const volumes = list(at(spec, 'volumes'));
  const entries = list(at(container, 'volumeMounts')).flatMap((mount) => {
    const volume = volumes.find((candidate) => at(candidate, 'name') === at(mount, 'name')) ?? null;
    const files = [
      ...dataOf(objects, 'ConfigMap', text(at(volume, 'configMap.name'))),
      ...secretFiles(objects, text(at(volume, 'secret.secretName'))),
    ];
    return files.map(([key, value]) => [`${text(at(mount, 'mountPath'))}/${key}`, value] as const);
  });
  return Object.fromEntries(entries);
}

/** Every start of the program in a rendering. */
export function startsOf(objects: readonly Manifest[]): Start[] {
  return podsOf(objects).flatMap(({ owner, spec, containers, helpers }) =>
    [...containers, ...helpers].map((container) => {
      const shared = list(at(container, 'envFrom')).flatMap((source) =>
        dataOf(objects, 'ConfigMap', text(at(source, 'configMapRef.name'))),
      );
      const namespace = text(
        at(
          objects.find((object) => kindOf(object) === 'Namespace'),
          'metadata.name',
        ),
      );
      const own = list(at(container, 'env')).map((entry) => {
        const isField = at(entry, 'valueFrom.fieldRef.fieldPath') === 'metadata.namespace';
        const value = isField ? namespace : text(at(entry, 'value')).replaceAll('$(POD_NAMESPACE)', namespace);
        return [text(at(entry, 'name')), value] as const;
      });
      return {
        place: `${owner}, container ${text(at(container, 'name'))}`,
        args: list(at(container, 'args')).map(text),
        env: Object.fromEntries([...shared, ...own]),
        files: filesOf(objects, spec, container),
        mounts: list(at(container, 'volumeMounts')).map((mount) => text(at(mount, 'mountPath'))),
      };
    }),
  );
}
