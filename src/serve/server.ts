import fastify from 'fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { asVortexError } from '../market/errors.ts';
import type { Health } from './checks.ts';
import { page } from './page.ts';
import { readBody } from './run-body.ts';
import type { RunWish } from './run-body.ts';
import type { PreparedRun, RunDesk } from './run-desk.ts';
import type { ServiceStatus } from './status.ts';
import { isAuthorized } from './token.ts';

/** Largest body of a request; ten thousand symbols fit. */
const BODY_BYTES = 256 * 1024;
/** Longest time that a request may take to come in. */
const REQUEST_MS = 10_000;
/** Names of runs: when it began, four hexadecimal digits, and which shard it is. */
const RUN_NAME = /^\d{8}T\d{6}Z-[0-9a-f]{4}(-\d+of\d+)?$/;

/** What the service is made of. */
export interface ServiceParts {
  /** Absent: POST /runs is off. */
  readonly token: string | undefined;
  readonly desk: RunDesk;
  readonly isReady: () => boolean;
  readonly health: () => Promise<Health>;
  readonly status: () => ServiceStatus;
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
  /** Looks whether a wish can be fulfilled. @throws VortexError `usage`, `config-invalid` */
  readonly prepare: (wish: RunWish) => Promise<PreparedRun>;
  /** The report of a finished run, as the folder has it. */
  readonly report: (run: string) => unknown;
}

const problem = (reply: FastifyReply, status: number, error: string, more: object = {}): FastifyReply =>
  reply.code(status).send({ error, ...more });

function addHealth(app: FastifyInstance, { isReady, health, status, metrics }: ServiceParts): void {
  app.get('/live', () => ({ status: 'alive' }));
  app.get('/ready', (_, reply) => reply.code(isReady() ? 200 : 503).send({ status: isReady() ? 'ready' : 'stopping' }));
  app.get('/health', async (_, reply) => {
    const found = await health();
    return reply.code(found.status === 'healthy' ? 200 : 503).send(found);
  });
  app.get('/status', () => status());
  app.get('/metrics', async (_, reply) => {
    const { text, contentType } = await metrics();
    return reply.type(contentType).send(text);
  });
  app.get('/', async (_, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(page(status(), await health())),
  );
}

function addRuns(app: FastifyInstance, { token, desk, isReady, prepare, report }: ServiceParts): void {
  app.post(
    '/runs',
    {
      // Before the body is read: who may not start a run is not listened to.
      onRequest: async (request, reply) => {
        if (token === undefined) {
          await problem(reply, 401, 'POST /runs is off: set serve.token (VORTEX_SERVE_TOKEN) to turn it on');
        } else if (!isAuthorized(request.headers.authorization, token)) {
          reply.header('www-authenticate', 'Bearer');
          await problem(reply, 401, 'the token is missing or wrong; send it as Authorization: Bearer …');
        }
      },
    },
    async (request, reply) => {
      const wish = readBody(request.body);
      if (!('symbols' in wish)) return problem(reply, 422, 'the body is not what download takes', { problems: wish });
      if (!isReady()) return problem(reply, 503, 'the service is stopping');
      const busy = () => problem(reply, 409, 'a run is going', { run: desk.going?.run });
      if (desk.going !== undefined) return busy();
      let work: PreparedRun;
      try {
        work = await prepare(wish);
      } catch (cause) {
        const { code, message } = asVortexError(cause);
        return problem(reply, code === 'usage' ? 422 : 503, message);
      }
      const going = desk.begin('request', work);
      if (going === undefined) return busy();
      return reply.code(202).header('location', `/runs/${going.run}`).send({ run: going.run, status: 'running' });
    },
  );
  app.get<{ Params: { id: string } }>('/runs/:id', (request, reply) => {
    const { id } = request.params;
    const { going } = desk;
    if (going?.run === id) return reply.send({ ...going, status: 'running' });
    const kept = RUN_NAME.test(id) ? report(id) : undefined;
    if (kept !== undefined) return reply.send(kept);
    const finished = desk.finished.find(({ run }) => run === id);
    if (finished !== undefined) return reply.send({ ...finished, status: finished.exitCode === 0 ? 'ok' : 'failed' });
    return problem(reply, 404, `no run ${id.slice(0, 40)} is known`);
  });
}

/** Makes the service; it does not listen yet. */
export function buildServer(parts: ServiceParts): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_MS,
    forceCloseConnections: true,
    exposeHeadRoutes: true,
    frameworkErrors: (_, __, reply) => {
      void problem(reply, 400, 'the address cannot be read');
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) => {
    const text = body.toString().trim();
    try {
      done(null, text === '' ? undefined : JSON.parse(text));
    } catch {
      done(Object.assign(new Error('the body is no JSON'), { statusCode: 400 }), undefined);
    }
  });
  app.setErrorHandler((cause, _, reply) => {
    const status =
      cause instanceof Error && 'statusCode' in cause && typeof cause.statusCode === 'number' ? cause.statusCode : 500;
    if (status === 415) return problem(reply, 415, 'send the body as JSON, with content-type: application/json');
    const said = cause instanceof Error ? cause.message : String(cause);
    return problem(reply, status, status === 500 ? `something went wrong: ${said}` : said);
  });
  app.setNotFoundHandler((_, reply) =>
    problem(reply, 404, 'there is /, /live, /ready, /health, /status, /metrics, /runs and /runs/{id}'),
  );
  addHealth(app, parts);
  addRuns(app, parts);
  return app;
}
