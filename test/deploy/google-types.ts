import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT, isBranch } from './tree.ts';
import type { Tree } from './tree.ts';

// Google's own types of the Cloud Run API are read, not compiled against: that takes a fraction of the time.

type Shape = ReadonlyMap<string, ts.TypeNode>;
let shapes: Map<string, Shape> | undefined;

function readShapes(): Map<string, Shape> {
  const path = join(ROOT, 'node_modules/@googleapis/run/build/v1.d.ts');
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = new Map<string, Shape>();
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node)) {
      const members = node.members.flatMap((member): [string, ts.TypeNode][] =>
        ts.isPropertySignature(member) && member.type !== undefined ? [[member.name.getText(), member.type]] : [],
      );
      found.set(node.name.text, new Map(members));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function problems(value: Tree, type: ts.TypeNode, place: string): string[] {
  if (ts.isUnionTypeNode(type)) {
    const all = type.types.map((one) => problems(value, one, place));
    return all.some((found) => found.length === 0) ? [] : (all[0] ?? []);
  }
  if (ts.isArrayTypeNode(type)) {
    if (!Array.isArray(value)) return [`${place}: must be a list`];
    return value.flatMap((item, index) => problems(item, type.elementType, `${place}.${index}`));
  }
  if (ts.isTypeLiteralNode(type)) {
    const [index] = type.members;
    if (!isBranch(value)) return [`${place}: must be an object`];
    if (index === undefined || !ts.isIndexSignatureDeclaration(index)) return [];
    return Object.entries(value).flatMap(([key, inner]) => problems(inner, index.type, `${place}.${key}`));
  }
  if (ts.isTypeReferenceNode(type)) return googleTypeProblems(value, type.typeName.getText(), place);
  const word = type.getText();
  return word === typeof value || (word === 'null' && value === null) || word === 'any'
    ? []
    : [`${place}: must be a ${word}, not ${JSON.stringify(value)}`];
}

/** What does not fit a type of the Cloud Run API (v1), such as `Schema$Job`. */
export function googleTypeProblems(value: Tree, type: string, place: string): string[] {
  shapes ??= readShapes();
  const shape = shapes.get(type);
  if (shape === undefined) return [`${place}: there is no type ${type}`];
  if (!isBranch(value)) return [`${place}: must be an object`];
  return Object.entries(value).flatMap(([key, inner]) => {
    const member = shape.get(key);
    return member === undefined ? [`${place}: there is no ${key}`] : problems(inner, member, `${place}.${key}`);
  });
}
