import { checkBackup } from './check.ts';
import type { CheckedBackup } from './check.ts';
import { createdAt } from './description.ts';
import type { BackupEngine } from './engine.ts';
import { planPrune } from './policy.ts';
import type { KeepRules, PrunePlan } from './policy.ts';

/** What a prune did. */
export interface Pruned extends PrunePlan {
  /** Backups that were looked at and are not good. */
  readonly broken: readonly CheckedBackup[];
}

/**
 * Removes backups that no rule keeps. Before one goes, the newest that stays is read whole; while it is not good, the next
 * older one is.
 * @param isDry nothing is removed
 */
export async function pruneBackups(
  engine: BackupEngine,
  rules: KeepRules,
  now: number,
  isDry = false,
): Promise<Pruned> {
  const backups = await engine.list();
  const dated = backups.map((backup) => ({
    name: backup.name,
    at: createdAt(backup),
    isOfDamage: backup.damaged.length > 0,
  }));
  const broken: CheckedBackup[] = [];
  let plan = planPrune(dated, new Set(), rules, now);
  if (plan.removed.length > 0) {
    for (const backup of [...backups].reverse()) {
      const checked = await checkBackup(engine, backup);
      if (checked.problems.length === 0) break;
      broken.push(checked);
    }
    plan = planPrune(dated, new Set(broken.map(({ name }) => name)), rules, now);
  }
  if (!isDry) await engine.remove(backups.filter(({ name }) => plan.removed.includes(name)));
  return { ...plan, broken };
}
