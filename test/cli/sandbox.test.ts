import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { start, vortex } from '../support/program.ts';

const environment = z.object({ env: z.record(z.string(), z.string()) });

describe('vortex sandbox', () => {
  it('prints shell lines that point the program at it, and ends with 0 when it is told to', async () => {
    const cwd = temporaryFolder();
    const sandbox = start(['sandbox', '--port', '0', '--now', '2024-07-03T06:00:00Z'], { cwd });
    const lines = await sandbox.seen('stdout', /VORTEX_YAHOO_BASE_URL=.*\n/);
    const env = Object.fromEntries(
      [...lines.matchAll(/^export (VORTEX_\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    expect(env['VORTEX_YAHOO_BASE_URL']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/yahoo$/);
    await sandbox.seen('stderr', /made up/);
    const args = ['download', 'SPY', '--start', '2024-06-03', '--now', '2024-07-03T06:00:00Z'];
    expect((await vortex(args, { cwd, env })).code).toBe(0);
    sandbox.child.kill('SIGINT');
    expect((await sandbox.ended).code).toBe(0);
  });

  it('refuses a port in use, faults it does not know, and a folder without recordings, with 2', async () => {
    const cwd = temporaryFolder();
    const first = start(['sandbox', '--port', '0', '--json'], { cwd });
    const { env } = environment.parse(JSON.parse(await first.seen('stdout', /\n/)));
    const { port } = new URL(env['VORTEX_SANDBOX_BASE_URL'] ?? '');
    const second = await vortex(['sandbox', '--port', port], { cwd });
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(port);
    first.child.kill('SIGTERM');
    await first.ended;

    const faults = await vortex(['sandbox', '--port', '0', '--faults', 'yahoo:resett=0.1'], { cwd });
    expect(faults.code).toBe(2);
    expect(faults.stderr).toContain('reset');
    expect((await vortex(['sandbox', '--port', '0', '--recorded', cwd], { cwd })).code).toBe(2);
    expect((await vortex(['sandbox', '--port', 'x'], { cwd })).code).toBe(2);
    expect(everythingIn(cwd)).toEqual([]);
  });
});
