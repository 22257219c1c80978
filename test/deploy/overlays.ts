/** What is applied with `kubectl apply -k`. */
export const OVERLAYS = [
  'deploy/kubernetes/overlays/dev',
  'deploy/kubernetes/overlays/staging',
  'deploy/kubernetes/overlays/production',
  'deploy/kubernetes/overlays/second-region',
  'deploy/kubernetes/overlays/plain',
  'deploy/kubernetes/backfill',
] as const;
