import { BlockList, isIP } from 'node:net';
import { kindOf, nameOf } from './kustomize.ts';
import type { Manifest } from './kustomize.ts';
import type { Pod } from './pods.ts';
import { at, branch, list, text, word } from './tree.ts';
import type { Branch, Tree } from './tree.ts';

/** Where pods may go: DNS, providers, the Pushgateway, IB Gateway and TWS. */
const WAYS_OUT = ['UDP 53', 'TCP 53', 'TCP 443', 'TCP 9091', 'TCP 4001', 'TCP 4002', 'TCP 7496', 'TCP 7497'];
/** What a way to everywhere must leave out: the cluster, the network around it and the metadata service of clouds. */
const INSIDE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'];

const covers = (selector: Tree | undefined, labels: Branch): boolean =>
  Object.entries(branch(at(selector ?? null, 'matchLabels'))).every(([key, value]) => labels[key] === value);

function isRange(cidr: string): boolean {
  const [address = '', bits = ''] = cidr.split('/');
  return isIP(address) === 4 && /^\d\d?$/.test(bits) && Number(bits) <= 32;
}

function isWithin(inner: string, outer: string): boolean {
  if (!isRange(inner) || !isRange(outer)) return false;
  const [address = '', bits = ''] = outer.split('/');
  const whole = new BlockList();
  whole.addSubnet(address, Number(bits), 'ipv4');
  return whole.check(inner.split('/')[0] ?? '', 'ipv4') && Number(inner.split('/')[1]) >= Number(bits);
}

function rangeProblems(peer: Tree): string[] {
  const cidr = at(peer, 'ipBlock.cidr');
  if (cidr === undefined) return [];
  const except = list(at(peer, 'ipBlock.except')).map(text);
  const problems = isRange(text(cidr)) ? [] : [`${text(cidr)} is no range of addresses`];
  for (const part of except) if (!isWithin(part, text(cidr))) problems.push(`${part} is not within ${text(cidr)}`);
  if (cidr !== '0.0.0.0/0') return problems;
  return [...problems, ...INSIDE.filter((part) => !except.includes(part)).map((part) => `${part} must be left out`)];
}

function policyProblems(policy: Manifest, pods: readonly Pod[]): string[] {
  const spec = at(policy, 'spec') ?? null;
  const targets = pods.filter((pod) => covers(at(spec, 'podSelector'), pod.labels));
  const problems = targets.length === 0 ? ['the selector finds no pod'] : [];
  if (at(spec, 'podSelector') === undefined) problems.push('must say which pods it is for');
  const named = targets.flatMap((pod) => pod.containers).flatMap((container) => list(at(container, 'ports')));
  const types = list(at(spec, 'policyTypes'));
  const flows = [
    ['Egress', 'egress', 'to'],
    ['Ingress', 'ingress', 'from'],
  ] as const;
  for (const [type, field, peers] of flows) {
    const rules = list(at(spec, field));
    if (rules.length > 0 && !types.includes(type)) problems.push(`policyTypes lacks ${type}`);
    for (const rule of rules) {
      if (list(at(rule, peers)).length === 0) problems.push(`${field} is open to everyone`);
      if (list(at(rule, 'ports')).length === 0) problems.push(`${field} is open on every port`);
      for (const peer of list(at(rule, peers))) problems.push(...rangeProblems(peer));
      for (const port of list(at(rule, 'ports'))) {
        const [number, protocol] = [at(port, 'port'), text(at(port, 'protocol'))];
        const isKnown =
          type === 'Egress'
            ? WAYS_OUT.includes(`${protocol} ${word(number)}`)
            : named.some((own) => at(own, 'name') === number || at(own, 'containerPort') === number);
        if (!isKnown) problems.push(`${field} over ${protocol} ${word(number)} is not wanted`);
      }
    }
  }
  return problems.map((problem) => `NetworkPolicy ${nameOf(policy)}: ${problem}`);
}

function deniesAll(policy: Manifest): boolean {
  const spec = branch(at(policy, 'spec'));
  const types = list(spec['policyTypes']);
  const isEmpty = Object.keys(branch(spec['podSelector'])).length === 0;
  return isEmpty && types.includes('Ingress') && types.includes('Egress') && !spec['ingress'] && !spec['egress'];
}

function ingressProblems(ingress: Manifest, all: readonly Manifest[]): string[] {
  const secured = list(at(ingress, 'spec.tls')).flatMap((entry) => list(at(entry, 'hosts')));
  return list(at(ingress, 'spec.rules')).flatMap((rule) => {
    const host = text(at(rule, 'host'));
    const problems = secured.includes(host) ? [] : [`Ingress ${nameOf(ingress)}: ${host} has no TLS`];
    for (const entry of list(at(rule, 'http.paths'))) {
      const name = text(at(entry, 'backend.service.name'));
      const service = all.find((object) => kindOf(object) === 'Service' && nameOf(object) === name);
      const ports = list(at(service ?? null, 'spec.ports')).map((port) => at(port, 'name'));
      const port = at(entry, 'backend.service.port.name');
      if (port === undefined || !ports.includes(port)) {
        problems.push(`Ingress ${nameOf(ingress)}: there is no port ${text(port)} of a Service ${name}`);
      }
    }
    return problems;
  });
}

/** What is wrong with the ways in and out. */
export function networkProblems(
  objects: readonly Manifest[],
  pods: readonly Pod[],
  all: readonly Manifest[],
): string[] {
  const isPolicy = (object: Manifest): boolean => kindOf(object) === 'NetworkPolicy';
  return [
    ...(all.filter(isPolicy).some(deniesAll) ? [] : ['no NetworkPolicy denies everything first']),
    ...objects.filter(isPolicy).flatMap((policy) => policyProblems(policy, pods)),
    ...objects.filter((object) => kindOf(object) === 'Ingress').flatMap((ingress) => ingressProblems(ingress, all)),
  ];
}
