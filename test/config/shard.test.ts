import { describe, expect, it } from 'vitest';
import { readShard } from '../../src/config/shard.ts';

const auto = (env: Record<string, string>, count?: number) => readShard({ shard: 'auto', shard_count: count }, env);

describe('which shard a run is', () => {
  it('is what the setting says; the only shard of all is a run like any other', () => {
    expect(readShard({}, {})).toBeUndefined();
    expect(readShard({ shard: '2/5' }, {})).toEqual({ index: 2, count: 5 });
    expect(readShard({ shard: '0/1' }, {})).toBeUndefined();
    expect(readShard({ shard: '0/2' }, { JOB_COMPLETION_INDEX: '1' })).toEqual({ index: 0, count: 2 });
  });

  it('is told by a Cloud Run job and by an AWS Batch array, index and number', () => {
    expect(auto({ CLOUD_RUN_TASK_INDEX: '0', CLOUD_RUN_TASK_COUNT: '4' })).toEqual({ index: 0, count: 4 });
    expect(auto({ AWS_BATCH_JOB_ARRAY_INDEX: '9', AWS_BATCH_JOB_ARRAY_SIZE: '10' })).toEqual({ index: 9, count: 10 });
  });

  it('is told by a Kubernetes Indexed Job but for the number, which is a setting', () => {
    expect(auto({ JOB_COMPLETION_INDEX: '3' }, 8)).toEqual({ index: 3, count: 8 });
    expect(() => auto({ JOB_COMPLETION_INDEX: '3' })).toThrow(/set VORTEX_SHARD_COUNT/);
    expect(() => auto({ JOB_COMPLETION_INDEX: '8' }, 8)).toThrow('the first number runs from 0 to 7');
  });

  it('is refused where nobody tells it, or two do, or they do not agree', () => {
    const refused = expect.objectContaining({ code: 'usage' }) as unknown;
    expect(() => auto({})).toThrow(refused);
    expect(() => auto({ JOB_COMPLETION_INDEX: '' }, 4)).toThrow(/none of .*JOB_COMPLETION_INDEX is set/);
    expect(() => auto({ JOB_COMPLETION_INDEX: '1', CLOUD_RUN_TASK_INDEX: '1' }, 4)).toThrow(/are both set/);
    expect(() => auto({ CLOUD_RUN_TASK_INDEX: '1', CLOUD_RUN_TASK_COUNT: '4' }, 5)).toThrow(/leave shard_count out/);
    expect(() => auto({ CLOUD_RUN_TASK_INDEX: 'x', CLOUD_RUN_TASK_COUNT: '4' })).toThrow(
      /Cloud Run\): x\/4 is no shard/,
    );
  });
});
